"""Whose integers make the root gap: what the relaxation promises above the best plan, component by component.

With V(S) the best value with only the integers of S kept, R = V(none) the relaxation and P = V(all) the best plan:

| symbol | meaning |
|---|---|
| R − P | the root gap: what a search has to close |
| R − V(all but c) | what is left of it when only the integers of c are relaxed: nothing where c makes it all |
| R − V(c) | what is there of it when only the integers of c are kept: nothing where c is tight by itself |

Both, because components work together: what two make only together is gone when either is relaxed, and is not there
when either is kept alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from optimizer import load
from optimizer.model.formulation import formulate
from optimizer.scenario.scenario import Scenario
from solvers import Options, Problem, Status, mps, solve
from solvers.gap import relative_gap
from solvers.labels import Index, Labels
from solvers.problem import Bools

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
GAP = 1e-6
LIMIT_S = 60.0
EVERY = "all"
"""In the place of a symbol (or an owner): all of them together."""


@dataclass(frozen=True)
class Best:
    """The best value that was found, and whether it is proven to the gap."""

    usd: float
    proven: bool


@dataclass(frozen=True)
class Component:
    """Some integers: all of a kind, of an owner, or of one of its symbols."""

    owner: str
    kind: str
    symbol: str
    integers: int
    """Columns that are not fixed by their bounds."""
    others_kept: Best
    """V(all but these)."""
    alone: Best
    """V(these)."""


@dataclass(frozen=True)
class RootGap:
    """A problem's root gap and what its components have to do with it."""

    plan: Best
    relaxation_usd: float
    relative: float
    """The root gap as a share, see `solvers.gap`."""
    components: tuple[Component, ...]

    @property
    def usd(self) -> float:
        return self.relaxation_usd - self.plan.usd

    def left_usd(self, component: Component) -> float:
        """What is left of the root gap when the component's integers are relaxed."""
        return self.relaxation_usd - component.others_kept.usd

    def alone_usd(self, component: Component) -> float:
        """What there is of the root gap when only the component's integers are kept."""
        return self.relaxation_usd - component.alone.usd


def root_gap(
    problem: Problem, kinds: Mapping[str, str], solver: str = "highs", gap: float = GAP, limit_s: float = LIMIT_S
) -> RootGap:
    """Solve the problem, its relaxation, and it with the integers of each component relaxed and kept.

    `kinds`: the kind of each owner. `gap`, `limit_s`: of each solve. Raises ValueError for a problem without labels, or
    one without a plan.
    """
    if problem.labels is None:
        raise ValueError("the problem has no labels: nobody knows whose its integers are")
    options = Options(gap=gap, time_limit_s=limit_s)
    relaxed = solve(problem.relaxed(), solver, options)
    whole = solve(problem, solver, options)
    if relaxed.objective is None or whole.objective is None or whole.x is None:
        raise ValueError(f"no root gap: the relaxation is {relaxed.status}, the plan {whole.status}")
    started = replace(options, start=whole.x)

    def best(kept: Bools) -> Best:
        found = solve(replace(problem, integer=kept), solver, started)
        # The plan itself keeps fewer integers, too.
        usd = plan.usd if found.objective is None else max(plan.usd, found.objective)
        return Best(usd, found.status is Status.PROVEN)

    plan = Best(whole.objective, whole.status is Status.PROVEN)
    components = []
    for owner, kind, symbol, columns in _groups(problem, problem.labels, kinds):
        mine = np.zeros(problem.columns, dtype=np.bool_)
        mine[columns] = True
        others_kept, alone = best(problem.integer & ~mine), best(problem.integer & mine)
        components.append(Component(owner, kind, symbol, len(columns), others_kept, alone))
    relative = relative_gap(problem, whole.x, relaxed.objective)
    return RootGap(plan, relaxed.objective, relative, tuple(components))


def _groups(problem: Problem, labels: Labels, kinds: Mapping[str, str]) -> Iterator[tuple[str, str, str, Index]]:
    """(owner, kind, symbol, columns) of each component: kinds with several owners, then owners, each followed by its
    symbols where it has several. Integers that their bounds fix are no decisions."""
    decided = problem.integer & (problem.lower < problem.upper)
    by_owner: dict[str, dict[str, Index]] = {}
    for made in labels.columns.blocks:
        columns = made.index[decided[made.index]]
        if len(columns):
            symbols = by_owner.setdefault(made.owner, {})
            symbols[made.symbol] = np.concatenate([symbols.get(made.symbol, columns[:0]), columns])
    whole = {owner: np.concatenate(list(symbols.values())) for owner, symbols in by_owner.items()}
    for kind in dict.fromkeys(kinds.get(owner, "") for owner in whole):
        of_kind = [columns for owner, columns in whole.items() if kinds.get(owner, "") == kind]
        if len(of_kind) > 1:
            yield EVERY, kind, EVERY, np.concatenate(of_kind)
    for owner, symbols in by_owner.items():
        kind = kinds.get(owner, "")
        if len(symbols) > 1:
            yield owner, kind, EVERY, whole[owner]
        for symbol, columns in symbols.items():
            yield owner, kind, symbol, columns


def kinds_of(scenario: Scenario) -> dict[str, str]:
    """What each item of a scenario is, by its name: fleet, pool, batch, battery, demand charge, …"""
    kinds = {"site": "meter", "grid": "bill"}
    for part in (scenario, scenario.site, scenario.supply, scenario.supply.tariff):
        for items in () if part is None else (getattr(part, field) for field in type(part).model_fields):
            for item in items if isinstance(items, tuple) else ():
                if isinstance(item, BaseModel) and isinstance(name := getattr(item, "name", None), str):
                    kinds.setdefault(name, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(item).__name__).lower())
    return kinds


def lines(found: RootGap) -> Iterator[str]:
    """The table."""
    yield (
        f"best plan {_usd(found.plan)} USD, relaxation {found.relaxation_usd:,.2f} USD: "
        f"root gap {found.usd:,.2f} USD, {100.0 * found.relative:.4f} %"
    )
    heads = ("left when relaxed", "there when alone")
    yield f"{'component':24} {'kind':16} {'symbol':14} integers  {heads[0]:>24}  {heads[1]:>24}"
    for part in found.components:
        left = _share(found.left_usd(part), found.usd, part.others_kept.proven)
        alone = _share(found.alone_usd(part), found.usd, part.alone.proven)
        yield f"{part.owner:24} {part.kind:16} {part.symbol:14} {part.integers:8}  {left:>24}  {alone:>24}"
    values = [found.plan, *(best for part in found.components for best in (part.others_kept, part.alone))]
    if not all(best.proven for best in values):
        yield "* the search ended before this was proven: the gap may be less than what is said"


def _usd(best: Best) -> str:
    return f"{best.usd:,.2f}" + ("" if best.proven else "*")


def _share(usd: float, whole: float, proven: bool) -> str:
    share = f"{100.0 * usd / whole:5.1f} %" if whole > 0.0 else "      -"
    return f"{usd:,.2f} USD {share}" + (" " if proven else "*")


def show(scenario: str, solver: str, gap: float = GAP, limit_s: float = LIMIT_S, written: str | None = None) -> None:
    """Print the table of an example, or of a scenario's folder or file; `written`: a file for its problem as named
    MPS."""
    example = SCENARIOS / scenario
    given = load(example if example.exists() else Path(scenario))
    problem = formulate(given).problem
    if written is not None:
        mps.write(problem, Path(written), named=True)
    for line in lines(root_gap(problem, kinds_of(given), solver, gap, limit_s)):
        print(line, flush=True)
