"""hactl: the operator's tool."""
