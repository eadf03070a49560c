"""Every column and row of a plan says whose it is, in the operator's words; names are unique."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from optimizer import Keep, load, plan
from optimizer.model.formulation import Formulation, formulate
from optimizer.scenario.scenario import Scenario
from solvers.labels import LONGEST, Side
from tests.model.bill.tariffs import charge, energy, kwh, under
from tests.oracle.generator import small_scenario
from tests.proof._scenarios import scenario_of
from tests.toys import group_fleet, mode, scenario

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.toml"))


def known(given: Scenario) -> set[str]:
    """What an operator calls things."""
    supply, site = given.supply, given.site
    items = [given.fleets, given.pools, given.contracts, site.halls, supply.renewables, supply.generators]
    items += [supply.batteries, supply.ppas, supply.reserves, supply.demand_response]
    items += [supply.tariff.demand] if supply.tariff is not None else []
    return {"site", "grid", "day ahead"} | {item.name for group in items for item in group}


def hold(formulation: Formulation) -> None:
    """All columns and rows have an owner and a symbol, and names that differ."""
    problem, owners = formulation.problem, known(formulation.model.scenario)
    assert problem.labels is not None
    sides: list[tuple[Side, int]] = [(problem.labels.columns, problem.columns), (problem.labels.rows, problem.rows)]
    for side, count in sides:
        assert sum(made.size for made in side.blocks) == count
        assert all(side.owner(k) in owners and side.symbol(k) for k in range(count))
        names = side.names(count)
        assert len(set(names)) == count
        assert all(name.isascii() and " " not in name and len(name) <= LONGEST for name in names)
        assert not any("#" in name for name in names)  # parts and periods tell the columns of a block apart
        assert [side.name(k) for k in (0, count // 2, count - 1)] == [names[k] for k in (0, count // 2, count - 1)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    hold(formulate(load(ROOT / "scenarios" / name)))


@pytest.mark.parametrize("seed", range(20))
def test_small_scenarios(seed: int) -> None:
    hold(formulate(small_scenario(seed)))


@pytest.mark.parametrize("seed", range(20))
def test_scenarios_over_every_component(seed: int) -> None:
    given = scenario_of(seed)
    if given is not None:  # not every draw is a scenario
        hold(formulate(given))


def test_a_bill_with_tiers_that_end_by_demand_and_a_minimum() -> None:
    tiers = (kwh(0.05, up_to_kwh_per_day=50.0), kwh(0.08, up_to_kwh_per_kw=2.0), kwh(0.095))
    tariff = {"demand": [charge()], "energy": [energy(*tiers)], "minimum": {"usd_per_month": 5e5}}
    hold(formulate(under(tariff, 4, groups=2, time={"start": "2026-01-31T20:00:00"})))


@pytest.mark.parametrize("leave_usd", [None, 5.0])
def test_what_was_published(leave_usd: float | None) -> None:
    toy = scenario([50, 120], fleets=[group_fleet()])
    hold(formulate(toy, keep=Keep(plan(toy), leave_usd)))


def test_columns_know_their_owner_symbol_and_period() -> None:
    toy = scenario([50] * 3, fleets=[group_fleet(modes=[mode("off", 0.0, 0.0), mode("normal")])])
    labels = formulate(toy).problem.labels
    assert labels is not None
    normal = labels.columns.of("miners", "n").reshape(2, 3)[1]
    assert [labels.columns.name(j) for j in normal[:2]] == [
        "miners.n[normal,2026-01-05T00:00]",
        "miners.n[normal,2026-01-05T01:00]",
    ]
    assert [(labels.columns.owner(j), labels.columns.symbol(j), labels.columns.period(j)) for j in normal] == [
        ("miners", "n", 0),
        ("miners", "n", 1),
        ("miners", "n", 2),
    ]
    limits = labels.rows.of("site", "import limit")
    assert labels.rows.name(limits[2]) == "site.import_limit[2026-01-05T02:00]"


def test_both_hours_of_a_repeated_one_have_a_name() -> None:
    toy = load(ROOT / "scenarios" / "clock-change-day")
    labels = formulate(toy).problem.labels
    assert labels is not None
    names = [labels.columns.name(j) for j in labels.columns.of("site", "i")]
    assert [name for name in names if "11-01T01" in name] == [
        "site.i[2026-11-01T01:00]",
        "site.i[2026-11-01T01:00-06:00]",
    ]


def test_every_call_of_the_model_says_whose_it_is() -> None:
    """No scenario has every column: this one reads the code."""
    without = []
    for path in sorted((ROOT / "optimizer" / "model").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = ast.unparse(node.func.value)
                given = {keyword.arg for keyword in node.keywords}
                writes = node.func.attr in ("columns", "rows") and of.split(".")[-1] == "builder"
                if writes and not {"owner", "symbol"} <= given:
                    without.append(f"{path.name}:{node.lineno}")
    assert without == []
