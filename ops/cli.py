"""The command line of `hactl`."""

import typer

from lab.cli import app as lab_app
from lab.parts.doctor import doctor

app = typer.Typer(
    name="hactl",
    help="Operate and prove highly available load balancing for Kubernetes.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(lab_app, name="lab")
app.command()(doctor)
