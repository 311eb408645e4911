"""Clients of the bench, from a source address of their own."""
