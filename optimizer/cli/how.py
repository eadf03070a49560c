"""The options of every command that plans, declared once: `@solving()` hands the command one `HowToSolve`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from optimizer.planning.how import HowToSolve

HOW = "how"
"""The parameter in whose place the options stand."""

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "solver": (Annotated[str, typer.Option(help="highs, highs-presolve, scip, cbc, pulp:NAME, or rules.")], "highs"),
    "gap": (Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative gap to prove.")], 1e-4),
    "time_limit": (
        Annotated[float, typer.Option(min=0.01, max=1e6, help="Seconds for each plan, fallbacks included.")],
        60.0,
    ),
    "fallbacks": (
        Annotated[bool, typer.Option(help="Ask other solvers, and at last rules of thumb, where the first one fails.")],
        True,
    ),
    "isolated": (
        Annotated[
            bool | None,
            typer.Option(
                "--isolated/--no-isolated",
                help="Run solvers in a process that is ended when it hangs; default: as WATTSHIFT_ISOLATED (1 or 0) "
                "says, else those that cannot be told to stop.",
            ),
        ],
        None,
    ),
    "break_ties": (
        Annotated[
            bool,
            typer.Option(
                "--break-ties/--no-break-ties", help="Of plans that earn the same, take the one that switches less."
            ),
        ],
        True,
    ),
}
"""Type and default of each option; its name is that of the field, but for --time-limit, which is in seconds."""


def solving(**defaults: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A command with the options that say how to solve in place of its parameter `how`. `defaults`: where this
    command's differ."""

    def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def run(**given: Any) -> Any:
            said = {name: given.pop(name) for name in _OPTIONS}
            return command(**given, how=_how(said))

        # typer reads annotations that are no text; the command's own `how` is none of its options.
        hints = get_type_hints(command, localns={"HowToSolve": Any}, include_extras=True)
        parameters: list[inspect.Parameter] = []
        for parameter in inspect.signature(command).parameters.values():
            if parameter.name == HOW:
                parameters += _parameters(defaults)
            else:
                kind = inspect.Parameter.KEYWORD_ONLY
                parameters.append(parameter.replace(kind=kind, annotation=hints[parameter.name]))
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    return with_options


def _parameters(defaults: dict[str, Any]) -> list[inspect.Parameter]:
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, default=defaults.get(name, default), annotation=hint)
        for name, (hint, default) in _OPTIONS.items()
    ]


def _how(said: dict[str, Any]) -> HowToSolve:
    from optimizer.planning.how import HowToSolve

    return HowToSolve(time_limit_s=said.pop("time_limit"), **said)
