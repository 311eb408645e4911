"""The only users of commands over SSH."""
