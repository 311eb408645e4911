"""A load-balancer node: one machine made to run the engine and Keepalived as the model says."""
