"""Allowances for what lies between two timers: chosen, not derived, and held against the lab.

Measured there (two cores, fast profile, 10 runs each): stopping keepalived cost 65 to 101 ms, of
which 61 ms are skew, so a take-over took up to 40 ms; killing the engine cost 90 to 116 ms, so exit
hook and take-over together took up to 55 ms. Slower machines may need more.
"""

TAKE_OVER_MS = 60
"""From the end of the backup's wait to the first connection served: the address is added, announced
(gratuitous ARP or unsolicited neighbour advertisement) and neighbours have taken it up."""

EXIT_HOOK_MS = 60
"""From the death of the engine to keepalived's reaction: systemd notices the exit, runs
ExecStopPost, inotify wakes keepalived."""

PROBE_MS = 50
"""What one answered request takes at most on a busy machine: connection, TLS, request, verdict. All
requests under way when a backend fails may have been on it: for so long none may succeed."""
