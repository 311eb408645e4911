"""The failover budget: the worst outage of every fault, computed from the model's timers."""
