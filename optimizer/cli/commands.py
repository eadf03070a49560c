"""The commands: `wattshift solve`, `replan`, `roll`, `validate`, `audit`, `value`, `init`, `schema`, `import`,
`tariff`."""

from __future__ import annotations

import typer

from optimizer.cli.audit import audit_command
from optimizer.cli.exits import ToldCommand
from optimizer.cli.init import init_command
from optimizer.cli.prices import import_prices_command
from optimizer.cli.replan import replan_command
from optimizer.cli.roll import roll_command
from optimizer.cli.scenario import schema_command, validate_command
from optimizer.cli.solve import solve_command
from optimizer.cli.tariff import tariffs
from optimizer.cli.value import value_command
from optimizer.cli.version import version_option

app = typer.Typer(
    name="wattshift",
    help="Plan, hour by hour, where a facility's megawatts earn most: bitcoin mining or AI contracts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(help="Bring operators' own files into the form that a scenario takes.", no_args_is_help=True)

app.callback()(version_option)
app.command("solve", cls=ToldCommand)(solve_command)
app.command("replan", cls=ToldCommand)(replan_command)
app.command("roll", cls=ToldCommand)(roll_command)
app.command("validate", cls=ToldCommand)(validate_command)
app.command("audit", cls=ToldCommand)(audit_command)
app.command("value", cls=ToldCommand)(value_command)
app.command("init", cls=ToldCommand)(init_command)
app.command("schema")(schema_command)
imports.command("prices", cls=ToldCommand)(import_prices_command)
app.add_typer(imports, name="import")
app.add_typer(tariffs, name="tariff")
