"""What an operator sees of a plan, in terminals of any width."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from optimizer import Scenario, Schedule, audit, load, plan
from optimizer.report.table import audit_line, outcome_line, print_plan
from tests import toys
from tests.cli import rich

ROOT = Path(__file__).resolve().parents[2]


def shown(given: Scenario, schedule: Schedule, width: int) -> str:
    console = Console(width=width, force_terminal=False, color_system=None)
    with console.capture() as captured:
        print_plan(console, given, schedule, audit(given, schedule))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, Schedule]:
    given = load(rich.write(tmp_path_factory.mktemp("rich")))
    return given, plan(given)


def rows(text: str) -> list[list[str]]:
    """The rows that begin with a time, as cells."""
    return [line.split() for line in text.splitlines() if re.match(r"\d\d:\d\d ", line)]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(day: tuple[Scenario, Schedule], width: int) -> None:
    text = shown(*day, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text and "..." not in text  # and nothing is cut


def test_a_wide_terminal_shows_all_in_one_table(day: tuple[Scenario, Schedule]) -> None:
    given, schedule = day
    text = shown(given, schedule, 200)
    lines = text.splitlines()
    assert lines[0] == "rich: MW by period, mining by fleet, AI by contract"
    header = "start USD/MWh old new acme fold offer market idle nodes cooling idle profit USD"
    assert lines[1].split() == header.split()
    table = rows(text)
    assert len(table) == 8
    values: dict[tuple[str, str], list[float]] = {}
    for row in schedule.dispatch_rows:
        values.setdefault((row.item, row.quantity), []).append(row.value)
    for t, cells in enumerate(table):
        price, old, new, acme, fold, offer, market, nodes, cooling, idle, profit = map(_number, cells[1:])
        assert price == values["site", "energy_price_usd_per_mwh"][t]
        assert old == pytest.approx(values["old", "it_mw"][t], abs=0.005)
        assert new == pytest.approx(values["new", "it_mw"][t], abs=0.005)
        assert acme == pytest.approx(values["acme", "it_mw"][t], abs=5e-4)
        drawn = old + new + acme + fold + offer + market + nodes + cooling
        assert drawn == pytest.approx(values["site", "import_mw"][t], abs=0.02)  # what is imported is all there
        assert drawn + idle == pytest.approx(values["site", "import_limit_mw"][t], abs=0.03)
        assert profit == pytest.approx(sum(r.usd for r in schedule.ledger_rows if r.start.hour == t), abs=0.5)


def test_a_narrow_terminal_shows_all_in_two(day: tuple[Scenario, Schedule]) -> None:
    text = shown(*day, 70)
    assert len(rows(text)) == 16
    first, second = text.split("\n\n")[:2]
    for name in ("old", "new", "AI", "cooling", "idle", "profit"):
        assert name in first
    for name in ("acme", "fold", "offer", "market", "nodes"):
        assert name in second
    # The sums of the first are those of the second.
    for above, below in zip(rows(first), rows(second), strict=True):
        assert _number(above[4]) == pytest.approx(sum(map(_number, below[1:])), abs=0.002)


def test_a_very_narrow_terminal_begins_with_sums(day: tuple[Scenario, Schedule]) -> None:
    first = shown(*day, 55).split("\n\n")[0]
    assert "mining" in first and "AI" in first and "old" not in first
    second = shown(*day, 55).split("\n\n")[1]
    assert "old" in second and "acme" in second


def test_totals_and_the_last_words(day: tuple[Scenario, Schedule]) -> None:
    given, schedule = day
    text = shown(given, schedule, 120)
    for kind, usd in schedule.ledger_by_kind.items():
        assert re.search(rf"^{kind.replace('_', ' ')} +{re.escape(f'{usd:,.2f}')}$", text, re.MULTILINE), kind
    assert re.search(rf"^profit +{re.escape(f'{schedule.profit_usd:,.2f}')}  USD$", text, re.MULTILINE)
    assert re.search(rf"^profit with look-ahead +{re.escape(f'{schedule.horizon_profit_usd:,.2f}')}  USD$", text, re.M)
    assert re.search(
        r"^acme +reserved +720\.00 +48\.00 +availability 97\.1186% of 2026-01-01 on, tier 0\.99", text, re.M
    )
    assert "tier 0.99 breached, credit 472.00 USD" in text
    assert re.search(r"^fold +batch +200\.00 +- +done 01-05 08:00$", text, re.MULTILINE)
    assert re.search(r"^offer +batch +- +- +declined$", text, re.MULTILINE)
    assert "break-even power price at the meter of old: low 74.75, normal 71.19 USD/MWh" in text
    words = text.split("outcome:")[1]
    said = " ".join(words.split())
    assert said.startswith("proven: gap 0 %") and "highs" in said and "s solving" in said
    assert text.splitlines()[-1] == f"audit: accepted; it counts {schedule.profit_usd:,.2f} USD by itself"


def test_the_hour_that_comes_twice_has_its_offset() -> None:
    time = {"zone": "America/Chicago", "start": "2026-11-01T00:00:00", "committed_periods": None, "committed_days": 1}
    given = toys.scenario([10.0] * 25, fleets=[toys.group_fleet()], time=time)
    text = shown(given, plan(given), 100)
    assert "01:00 -0500" in text and "01:00 -0600" in text
    assert len(rows(text)) == 25


def test_several_days_have_their_dates() -> None:
    given = toys.scenario([10.0] * 25, fleets=[toys.group_fleet()])
    assert "01-06 00:00" in shown(given, plan(given), 100)


def test_a_site_without_machines() -> None:
    given = toys.scenario([10.0], hall={"overhead_mw": 1.0})
    text = shown(given, plan(given), 80)
    assert rows(text) == [["00:00", "10.00", "1.00", "999.00", "-10.00"]]


def test_many_contracts_are_left_to_the_files() -> None:
    contracts = [
        {
            "kind": "spot",
            "name": f"customer-{i}",
            "pools": ["pool"],
            "demand_gpus": 1.0,
            "price_usd_per_gpu_hour": 100.0,
        }
        for i in range(60)
    ]
    given = toys.scenario([10.0], pools=[toys.gpu_pool(60)], contracts=contracts)
    tables = shown(given, plan(given), 80).split("mining revenue")[0].split("contract ")[0]
    assert "customer-1" not in tables and " AI " in tables


def test_another_currency_is_shown_as_it_is() -> None:
    given = toys.scenario([10.0], fleets=[toys.group_fleet()], currency="EUR")
    text = shown(given, plan(given), 100)
    assert "EUR/MWh" in text and "profit EUR" in text and "USD" not in text


def test_notes_and_limits_are_told() -> None:
    given = toys.scenario([10.0], fleets=[toys.group_fleet(min_up_hours=0.5)])
    assert "note: fleet miners: min_up_hours 0.5 is rounded up to 1" in shown(given, plan(given), 120)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "feasible", "limit": "time"}, "feasible, not proven (stopped by time): gap"),
        ({"status": "infeasible", "gap": None}, "infeasible: no plan keeps every rule;"),
        ({"status": "unbounded", "gap": None}, "unbounded: the scenario earns without limit;"),
        ({"status": "no_solution", "gap": None, "limit": "time"}, "no plan found in time (stopped by time);"),
        ({"status": "error", "gap": None, "message": "out of memory"}, "the solver failed [out of memory];"),
    ],
)
def test_every_outcome_has_its_words(day: tuple[Scenario, Schedule], changes: dict[str, Any], words: str) -> None:
    from dataclasses import replace

    given, schedule = day
    other = replace(schedule, outcome=schedule.outcome.model_copy(update=changes))
    assert outcome_line(other).startswith(f"outcome: {words}")
    assert audit_line(schedule, audit(given, schedule)).startswith("audit: accepted")


def _number(cell: str) -> float:
    return 0.0 if cell == "-" else float(cell.replace(",", ""))


def test_cost_shares_name_what_costs_something() -> None:
    """A group of 1 MW at 50 USD/MWh; every third dollar goes to running it: 25 of 75 an hour."""
    given = toys.scenario([50], fleets=[toys.group_fleet(running_cost_usd_per_machine_hour=25.0)])
    text = shown(given, plan(given), 100)
    assert "cost shares: IT electricity 67%, maintenance 33%" in text.splitlines()
