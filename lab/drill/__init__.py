"""Causes a fault in a lab, measures what clients see, and compares it with the prediction."""
