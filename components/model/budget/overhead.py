"""What the parts between two timers cost, by our own measurement in the lab (two cores)."""

TAKE_OVER_MS = 60
"""From the end of the backup's wait to the first connection served: the address is added, announced
(gratuitous ARP or unsolicited neighbour advertisement) and neighbours have taken it up."""

EXIT_HOOK_MS = 60
"""From the death of the engine to keepalived's reaction: systemd notices the exit, runs
ExecStopPost, inotify wakes keepalived."""

PROBE_MS = 50
"""What one answered request takes at most on a busy machine: connection, TLS, request, verdict. All
requests under way when a backend fails may have been on it: for so long none may succeed."""
