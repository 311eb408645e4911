"""`python -m ops`: the same as `bin/hactl`."""

from ops.cli import app

app(prog_name="hactl")
