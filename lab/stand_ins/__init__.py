"""Stand-ins for official parts, used only where the official ones cannot be had.

Each refuses what it does not model, and says in the output that it is in use.
"""
