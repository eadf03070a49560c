"""Every kind of asset on site goes through every command: those of the package, and one that only this test has.

A day of one group, which earns 100 USD an hour from 1 MW, with import at 50 USD/MWh in the first twelve hours and at
90 in the others: 12 × 50 + 12 × 10 = 720 USD without the asset.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from optimizer import Schedule, audit, plan, replan, roll, settle, with_state
from optimizer.auditor import onsite as audited
from optimizer.insight.value import marginal_values
from optimizer.model import onsite as modelled
from optimizer.operating.settle import settled_scenario
from optimizer.planning.ties import _intricate
from optimizer.scenario.kinds import asset_kind
from optimizer.scenario.notes import notes_of
from optimizer.scenario.onsite import BatteryState, Generator, GeneratorState
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.schema import schema
from optimizer.scenario.state import State
from optimizer.scenario.supply import Supply
from optimizer.schedule.page import vocabulary_page
from optimizer.schedule.vocabulary import Vocabulary
from tests.cli.run import only_object, wattshift
from tests.toys import group_fleet, scenario
from tests.turbine import PLACE, TurbineState, turbine

NAME = "asset"
CHEAP, DEAR, NEXT = "2026-01-05T00:00:00", "2026-01-05T12:00:00", "2026-01-06T00:00:00"
ALONE_USD, FIRST_HALF_USD = 720.0, 600.0
SHIPPED = tuple(Supply.kinds())


@dataclass(frozen=True)
class Example:
    """An asset of a kind, and what it comes to by hand [USD]."""

    terms: dict[str, Any]
    usd: float
    """The day."""
    half_usd: float
    """Its first half."""
    came_usd: float
    """The day as planned, where the dear half came at 100 in place of 90: 600 without the asset."""
    more_usd: float
    """What a second group earns in a dear hour."""
    rules_usd: float
    """The day by rules of thumb: set-points of what is on site rest, what has none earns what it can."""
    quantity: str
    """What is decided of it."""
    held: tuple[str, float] | None
    """How it is held through the dear half, and the day then."""
    refused: dict[str, Any]
    """A way in which it cannot be held."""
    column: str | None
    """Its column in the table of the report."""
    kind: str
    """Of its dollars."""
    summary: str
    state: Any = None
    """At the end of the day."""
    wrong_state: Any = None
    bad_terms: dict[str, Any] = field(default_factory=dict)
    """Terms that are refused."""


ENGINE = {"capacity_mw": 2.0, "min_load_mw": 0.5, "fuel_usd_per_mwh": 60.0, "start_cost_usd": 6.0}
# 12 hours at 60 in place of 90, one start. Half load through twelve cheap hours would cost 60: it stops over night.
RUNS = Example(
    terms=ENGINE,
    usd=ALONE_USD + 12 * 30.0 - 6.0,
    half_usd=FIRST_HALF_USD,
    came_usd=600.0 + 12 * 40.0 - 6.0,
    more_usd=40.0,
    rules_usd=ALONE_USD,
    quantity="output_mw",
    held=("off", ALONE_USD),
    refused={"power_mw": -1.0},
    column="made",
    kind="fuel",
    summary="generator asset: 0.5 to 2 MW",
    state=GeneratorState(on=True, hours=12.0, power_mw=1.0),
    wrong_state=GeneratorState(on=True, hours=12.0, power_mw=0.5),
    bad_terms={"min_load_mw": 3.0},
)
EXAMPLES = {
    "generators": RUNS,
    PLACE: replace(
        RUNS,
        column="spun",
        summary="turbine asset: 0.5 to 2 MW",
        state=TurbineState(on=True, hours=12.0, power_mw=1.0),
        wrong_state=TurbineState(on=True, hours=12.0, power_mw=0.5),
    ),
    # Half a MW at 20 in place of 50, and of 90.
    "renewables": Example(
        terms={"capacity_mw": 2.0, "factor": 0.25, "cost_usd_per_mwh": 20.0},
        usd=ALONE_USD + 12 * 15.0 + 12 * 35.0,
        half_usd=FIRST_HALF_USD + 12 * 15.0,
        came_usd=600.0 + 12 * 15.0 + 12 * 40.0,
        more_usd=10.0,
        rules_usd=ALONE_USD + 12 * 15.0 + 12 * 35.0,
        quantity="used_mw",
        held=("off", ALONE_USD + 12 * 15.0),
        refused={"hold": "on"},
        column="made",
        kind="ppa",
        summary="renewable asset: 2 MW",
        bad_terms={"factor": 2.0},
    ),
    # One MWh bought at 50, used at 90, 10 of wear.
    "batteries": Example(
        terms={
            "charge_limit_mw": 1.0,
            "discharge_limit_mw": 1.0,
            "energy_mwh": 1.0,
            "charge_efficiency": 1.0,
            "discharge_efficiency": 1.0,
            "wear_usd_per_mwh": 10.0,
        },
        usd=ALONE_USD + 30.0,
        half_usd=FIRST_HALF_USD - 50.0,
        came_usd=600.0 + 40.0,
        more_usd=10.0,
        rules_usd=ALONE_USD,
        quantity="discharge_mw",
        held=("off", ALONE_USD),
        refused={"hold": "on"},
        column="battery",
        kind="battery_wear",
        summary="battery asset: 1 MW in, 1 MW out, 1 MWh",
        state=BatteryState(energy_mwh=0.0),
        wrong_state=BatteryState(energy_mwh=0.5),
        bad_terms={"end_energy_mwh": 3.0},
    ),
    # A block of 1 MW at 60 against the market's 50, then 90.
    "ppas": Example(
        terms={"kind": "block", "quantity_mw": 1.0, "price_usd_per_mwh": 60.0, "optional": True},
        usd=ALONE_USD - 12 * 10.0 + 12 * 30.0,
        half_usd=FIRST_HALF_USD - 12 * 10.0,
        came_usd=600.0 - 12 * 10.0 + 12 * 40.0,
        more_usd=10.0,
        rules_usd=ALONE_USD - 12 * 10.0 + 12 * 30.0,
        quantity="accepted",
        held=None,
        refused={"hold": "off"},
        column=None,
        kind="ppa",
        summary="PPA asset: block, optional",
        state=True,
        wrong_state=False,
        bad_terms={"quantity_mw": -1.0},
    ),
}


@pytest.fixture(params=EXAMPLES)
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each kind by the field that lists it; the test's own is known for as long as the test runs."""
    with known(request.param):
        yield request.param


@contextmanager
def known(place: str) -> Iterator[None]:
    with turbine() if place == PLACE else nullcontext():
        yield


def toy(place: str, *, price: Any = None, terms: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """The day with one asset."""
    windows = [
        {"name": "cheap", "price_usd_per_mwh": 50.0, "start": "00:00", "end": "12:00"},
        {"name": "dear", "price_usd_per_mwh": 90.0, "start": "12:00", "end": "00:00"},
    ]
    energy = {"tou": {"windows": windows}} if price is None else {"price_usd_per_mwh": price}
    asset = {"name": NAME} | EXAMPLES[place].terms | (terms or {})
    supply = {"energy": energy, place: [asset]}
    return scenario({}, periods=24, supply=supply, fleets=[group_fleet()], **changes)


def values(schedule: Schedule, quantity: str, item: str = NAME) -> list[float]:
    return [row.value for row in schedule.dispatch_rows if (row.item, row.quantity) == (item, quantity)]


def written(folder: Path, given: Scenario) -> Path:
    file = folder / "scenario.json"
    file.write_text(given.model_dump_json(exclude_unset=True), encoding="utf-8")
    return file


def test_the_three_tables_know_the_same_kinds(place: str) -> None:
    assert set(Supply.kinds()) == set(modelled.KINDS) == set(audited.KINDS) == {*SHIPPED, place}


def test_every_kind_of_the_package_has_an_example_and_files_of_its_own() -> None:
    assert {*SHIPPED, PLACE} == set(EXAMPLES)
    for place, kind in Supply.kinds().items():
        stem = kind.__module__.rpartition(".")[2]
        assert kind.__module__ == f"optimizer.scenario.onsite.{stem}"
        block: Any = modelled.KINDS[place]
        assert block.__module__ == f"optimizer.model.onsite.{stem}"
        assert audited.KINDS[place].__module__ == f"optimizer.auditor.onsite.{place}"
        import_module(block.__module__)


def test_a_kind_of_a_test_is_gone_when_it_is_over() -> None:
    before = (schema(), Supply.kinds(), State().model_dump())
    with turbine():
        assert schema() != before[0] and list(Supply.kinds()) == [*SHIPPED, PLACE]
        assert State().model_dump()[PLACE] == {}
    assert (schema(), Supply.kinds(), State().model_dump()) == before
    with pytest.raises(ValidationError, match=PLACE):
        toy(PLACE)
    with pytest.raises(ValueError, match="has a field 'generators' already"), asset_kind("generators", Generator):
        pass
    assert schema() == before[0]


def test_schema(place: str) -> None:
    published, kind = schema()["$defs"], Supply.kinds()[place]
    assert published["Supply"]["properties"][place]["items"] == {"$ref": f"#/$defs/{kind.__name__}"}
    assert set(published[kind.__name__]["properties"]) == set(kind.model_fields)
    assert (place in published["State"]["properties"]) == (EXAMPLES[place].state is not None)


def test_the_words_of_a_schedule(place: str) -> None:
    kind, words = Supply.kinds()[place], Vocabulary(toy(place))
    assert words[NAME] == kind.shows and EXAMPLES[place].quantity in {quantity.name for quantity in kind.shows}
    assert all(f"| {kind.word} | `{quantity.label}` |" in vocabulary_page() for quantity in kind.shows)


def test_validate(place: str, tmp_path: Path) -> None:
    said = wattshift("validate", written(tmp_path, toy(place)))
    assert said.exit_code == 0
    assert f"  {EXAMPLES[place].summary}\n" in said.output


def test_faults_of_terms_names_and_state(place: str) -> None:
    bad = EXAMPLES[place].bad_terms
    with pytest.raises(ValidationError, match=rf"supply\.{place}\[0\]\.{next(iter(bad))}"):
        toy(place, terms=bad)
    with pytest.raises(ValidationError, match=rf"supply\.{place}\[0\]\.name: 'miners' is the name of fleets\[0\] too"):
        toy(place, terms={"name": "miners"})
    if EXAMPLES[place].state is not None:
        stranger = State().with_assets(place, {"other": EXAMPLES[place].state}).model_dump(mode="json")
        word = Supply.kinds()[place].word
        with pytest.raises(ValidationError, match=rf"state\.{place}\.other: no {word} is named 'other'"):
            toy(place, state=stranger)


def test_notes_on_durations(place: str) -> None:
    durations = Supply.kinds()[place].durations
    said = notes_of(toy(place, terms=dict.fromkeys(durations, 1.5)))
    word = Supply.kinds()[place].word
    assert said == [f"{word} asset: {name} 1.5 is rounded up to 2 (whole 60-minute periods)" for name in durations]


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_plan_on_every_route(place: str, solver: str) -> None:
    given = toy(place)
    schedule = plan(given, solver=solver, gap=1e-6, fallbacks=False)
    assert schedule.outcome.status == "proven" and schedule.solver.name == solver
    assert schedule.profit_usd == pytest.approx(EXAMPLES[place].usd, abs=1e-4)
    assert audit(given, schedule).profit_usd == pytest.approx(EXAMPLES[place].usd, abs=1e-4)
    assert EXAMPLES[place].kind in schedule.ledger_by_kind


def test_plan_by_rules(place: str) -> None:
    given = toy(place)
    schedule = plan(given, solver="rules")
    assert schedule.outcome.status == "feasible" and schedule.solver.name == "rules"
    assert schedule.profit_usd == pytest.approx(EXAMPLES[place].rules_usd, abs=1e-4)
    assert audit(given, schedule).ok


def test_the_audit_sees_a_wrong_row_and_wrong_dollars(place: str) -> None:
    given = toy(place)
    schedule = plan(given)
    rows = [
        row._replace(value=row.value + 0.5) if (row.item, row.quantity) == (NAME, EXAMPLES[place].quantity) else row
        for row in schedule.dispatch_rows
    ]
    assert NAME in {v.item for v in audit(given, replace(schedule, dispatch_rows=tuple(rows))).violations}
    lines = [line._replace(usd=line.usd + (1.0 if line.item == NAME else 0.0)) for line in schedule.ledger_rows]
    wrong = audit(given, replace(schedule, ledger_rows=tuple(lines))).violations
    assert ("ledger", NAME) in {(v.rule, v.item) for v in wrong}


def test_state_to_the_next_plan(place: str) -> None:
    given, example = toy(place), EXAMPLES[place]
    schedule = plan(given)
    assert schedule.state is not None
    if example.state is None:
        assert State.places_of([place]) == []
        return
    assert schedule.state.of_assets(place) == {NAME: example.state}
    wrong = schedule.state.with_assets(place, {NAME: example.wrong_state})
    assert ("state", NAME) in {(v.rule, v.item) for v in audit(given, replace(schedule, state=wrong)).violations}
    nothing = schedule.state.with_assets(place, {})
    assert f"state.{place} does not have it" in str(audit(given, replace(schedule, state=nothing)))
    # Through the file, into the next day: it begins as the last one ended.
    read = State.model_validate_json(schedule.state.model_dump_json())
    following = with_state(toy(place, time={"start": NEXT}), read)
    assert following.state.of_assets(place) == {NAME: example.state}
    assert plan(following).profit_usd == pytest.approx(example.usd, abs=1e-4)


def test_an_override(place: str) -> None:
    example, window = EXAMPLES[place], {"item": NAME, "start": DEAR, "end": NEXT}
    with pytest.raises(ValidationError, match=r"overrides\[0\]"):
        toy(place, overrides=[window | example.refused])
    if example.held is None:
        assert not Supply.kinds()[place].ways_held
        return
    how, usd = example.held
    free, given = plan(toy(place)), toy(place, overrides=[window | {"hold": how}])
    schedule = plan(given)
    assert schedule.profit_usd == pytest.approx(usd, abs=1e-4) and audit(given, schedule).ok
    assert ("override", NAME) in {(v.rule, v.item) for v in audit(given, free).violations}
    # At a power: what it gives in the last hour, where it is worth having.
    power = -1.0 if "at a negative power" in Supply.kinds()[place].ways_held else 0.5
    last = window | {"start": "2026-01-05T23:00:00", "power_mw": power}
    held = plan(toy(place, overrides=[last]))
    assert (
        values(held, example.quantity)[-1] == pytest.approx(abs(power)) and audit(toy(place, overrides=[last]), held).ok
    )


def test_settle_as_it_came(place: str) -> None:
    known = [50.0] * 12 + [90.0] * 12
    given = toy(place, price={"known": known, "actual": [50.0] * 12 + [100.0] * 12})
    published = plan(given)
    settled = settle(given, published)
    assert published.profit_usd == pytest.approx(EXAMPLES[place].usd, abs=1e-4)
    assert settled.profit_usd == pytest.approx(EXAMPLES[place].came_usd, abs=1e-4)
    assert settled.notes == () and audit(settled_scenario(given, published), settled).ok


def test_replan_from_noon(place: str) -> None:
    given, example = toy(place), EXAMPLES[place]
    again = replan(given, plan(given), datetime.fromisoformat(DEAR))
    assert again.findings.ok and again.past is not None
    assert again.past.profit_usd == pytest.approx(example.half_usd, abs=1e-4)
    assert again.schedule.profit_usd == pytest.approx(example.usd - example.half_usd, abs=1e-4)


def test_roll_two_days(place: str) -> None:
    rolled = roll(toy(place), 2)
    assert rolled.findings.ok
    assert rolled.schedule.profit_usd == pytest.approx(2 * EXAMPLES[place].usd, abs=1e-4)


def test_value_of_a_second_group(place: str) -> None:
    up, down = marginal_values(toy(place), 18, items=frozenset({"miners"}))
    assert (up.step, up.usd) == (1.0, pytest.approx(EXAMPLES[place].more_usd, abs=1e-4))
    assert down.step == -1.0 and down.usd is not None and down.usd < 0


def test_the_commands_and_the_report(place: str, tmp_path: Path) -> None:
    example, given = EXAMPLES[place], toy(place)
    file, folder = written(tmp_path, given), tmp_path / "plan"
    said = wattshift("solve", file, "-o", folder, env={"COLUMNS": "200"})
    assert said.exit_code == 0 and f"profit {example.usd:,.2f}" in " ".join(said.output.split())
    if example.column is not None:
        head = next(line for line in said.output.splitlines() if "start" in line.split() and "idle" in line.split())
        assert example.column in head.split()
    assert example.kind.replace("_", " ") in said.output
    printed = only_object(wattshift("solve", file, "--json").stdout)
    assert printed["audit"]["ok"] and printed["profit_usd"] == pytest.approx(example.usd, abs=1e-4)
    assert NAME in {row["item"] for row in printed["dispatch"]}
    assert printed["state"].get(place, {}).keys() == ({NAME} if example.state is not None else set())
    assert wattshift("audit", file, folder / "schedule.json").exit_code == 0
    ruled = only_object(wattshift("solve", file, "--solver", "rules", "--json").stdout)
    assert ruled["profit_usd"] == pytest.approx(example.rules_usd, abs=1e-4)
    worth = only_object(wattshift("value", file, "--at", "18:00", "--item", "miners", "--json").stdout)
    assert worth["values"][0]["usd"] == pytest.approx(example.more_usd, abs=1e-4)
    later = wattshift("replan", file, "--published", folder / "schedule.json", "--from", "12:00", "--json")
    assert only_object(later.stdout)["profit_usd"] == pytest.approx(example.usd - example.half_usd, abs=1e-4)
    rolled = wattshift("roll", file, "--days", 2, "-o", tmp_path / "rolled")
    assert rolled.exit_code == 0
    both = json.loads((tmp_path / "rolled" / "schedule.json").read_text(encoding="utf-8"))
    assert both["profit_usd"] == pytest.approx(2 * example.usd, abs=1e-4)


def test_what_power_costs_and_whether_ties_are_intricate(place: str) -> None:
    kind, given = Supply.kinds()[place], toy(place)
    assert kind.costs_power == kind.intricate == (place != "ppas")
    assert _intricate(given) == kind.intricate
