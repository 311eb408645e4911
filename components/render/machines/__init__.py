"""Scripts that make and remove machines."""
