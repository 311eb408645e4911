"""Machine drivers: where a load-balancer node runs."""
