"""Every kind of contract goes through every command: those of the package, and one that only the tests have.

A GPU draws 1.5 kW in use and nothing idle and earns 3 USD an hour; a MWh costs 100 USD, in the third hour 200: an hour
of a GPU makes 2.85 USD, in the third 2.70. Three GPUs, of which two are sold (a job runs on one).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from optimizer import audit, plan
from optimizer.changes.acceptance import with_acceptance
from optimizer.insight.value import marginal_values
from optimizer.model import contracts as modelled
from optimizer.model.contracts.block import ContractBlock
from optimizer.operating.settle import settle
from optimizer.planning.ties import _intricate
from optimizer.scenario import contracts as given
from optimizer.scenario.contracts import ContractSoFar, ContractTerms
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.schema import schema
from optimizer.schedule import Schedule
from tests import ondemand
from tests.cli.run import only_object, wattshift
from tests.toys import batch, clock, gpu_pool, reserved, scenario, spot

audited = import_module(f"{audit.__module__}.contracts")
SHIPPED = tuple(given.KINDS)
PRICE = [100.0, 100.0, 200.0, 100.0]
USD = {"price_usd_per_gpu_hour": 3.0}


@dataclass(frozen=True)
class Example:
    """A contract of a kind, and what it comes to [USD]."""

    terms: dict[str, Any]
    usd: float
    """Four hours."""
    by_rule_usd: float
    rest_usd: float
    """The last two hours of the plan, planned again."""
    more: float
    """One more GPU-hour in the last hour."""
    less: float
    two_days_usd: float
    summary: str
    wrong: dict[str, Any]
    """A field with a value that the kind's own check refuses."""
    two_days: dict[str, Any] = field(default_factory=dict)
    """Terms that are others for two days."""
    gpu_hours: float = 8.0


SOLD = Example(
    terms=spot(2.0, 3.0),
    usd=2 * (3 * 2.85 + 2.70),
    by_rule_usd=2 * (3 * 2.85 + 2.70),
    rest_usd=2 * (2.70 + 2.85),
    more=2.85,
    less=-2.85,
    two_days_usd=2 * 2 * (23 * 2.85 + 2.70),
    summary="up to its demand",
    wrong={"demand_gpus": -5.0},
)
EXAMPLES = {
    "spot": SOLD,
    "ondemand": replace(SOLD, terms=spot(2.0, 3.0, kind="ondemand"), summary="whoever comes"),
    "reserved": replace(
        SOLD,
        terms=reserved(committed_gpus=2.0, **USD),
        summary="at 3 per GPU-hour, 0 SLA tiers",
        wrong={"committed_gpus": -5.0},
    ),
    # Three hours of one GPU: the dear one is left out, by rule the first three are taken. One more GPU-hour needs the
    # dear one. In two days thirty: all of the first, then six that are not dear.
    "batch": Example(
        terms=batch(3.0, 4.0, **USD),
        usd=3 * 2.85,
        by_rule_usd=2 * 2.85 + 2.70,
        rest_usd=2.85,
        more=2.70,
        less=-2.85,
        two_days_usd=23 * 2.85 + 2.70 + 6 * 2.85,
        summary="3 GPU-hours by 2026-01-05T04:00:00",
        wrong={"min_gpus": 2.0},
        two_days={"gpu_hours": 30.0, "deadline": clock(48)},
        gpu_hours=3.0,
    ),
}


@pytest.fixture(scope="module", params=[*SHIPPED, ondemand.KIND])
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each kind, while the package knows it."""
    if request.param in SHIPPED:
        yield request.param
        return
    with ondemand.ondemand():
        yield request.param


def toy(kind: str, *, optional: bool = False, **changes: Any) -> Scenario:
    """Four hours with one contract of a kind."""
    terms = EXAMPLES[kind].terms | {"optional": optional} | changes.pop("terms", {})
    return scenario(PRICE, pools=[gpu_pool(3, peak_power_w=1500.0)], contracts=[terms], **changes)


@pytest.fixture
def file(kind: str, tmp_path: Path) -> Path:
    path = tmp_path / "toy.json"
    path.write_text(toy(kind).model_dump_json())
    return path


@pytest.fixture
def published(file: Path, tmp_path: Path) -> Path:
    assert wattshift("solve", file, "-o", tmp_path / "plan").exit_code == 0
    return tmp_path / "plan" / "schedule.json"


# The tables -------------------------------------------------------------------------------------------------


def test_the_tables_list_the_same_kinds(kind: str) -> None:
    assert kind in given.KINDS
    assert set(given.KINDS) == set(modelled.KINDS) == set(audited.KINDS)
    assert set(EXAMPLES) == {*SHIPPED, ondemand.KIND}


def test_terms_and_state_say_their_kind(kind: str) -> None:
    terms = given.KINDS[kind]
    assert issubclass(terms, ContractTerms) and issubclass(terms.so_far, ContractSoFar)
    assert get_args(terms.model_fields["kind"].annotation) == (kind,)
    assert get_args(terms.so_far.model_fields["kind"].annotation) == (kind,)


@pytest.mark.parametrize("shipped", SHIPPED)
def test_a_kind_is_a_file_of_its_name_in_three_rooms(shipped: str) -> None:
    assert given.KINDS[shipped].__module__ == f"{given.__name__}.{shipped}"
    block: Any = modelled.KINDS[shipped]
    assert issubclass(block, ContractBlock) and block.__module__ == f"{modelled.__name__}.{shipped}"
    assert audited.KINDS[shipped].check_terms.__module__ == f"{audited.__name__}.{shipped}"


def test_terms_model_and_audit_agree_on_who_offers_reserve(kind: str) -> None:
    offers = given.KINDS[kind].offers_reserve
    assert offers == (audited.KINDS[kind].interrupted_usd_per_gpu_hour is not None)
    product = {
        "name": "ecrs",
        "direction": "up",
        "response_minutes": 10,
        "duration_hours": 1.0,
        "price_usd_per_mw_h": 100.0,
        "providers": [EXAMPLES[kind].terms["name"]],
    }
    supply = {"energy": {"price_usd_per_mwh": PRICE}, "reserves": [product]}
    if not offers:
        with pytest.raises(ValidationError, match="fleet, battery or spot contract"):
            toy(kind, supply=supply)
        return
    # 2 GPUs of 1.5 kW are 3 kW for four hours at 100 USD.
    assert plan(toy(kind, supply=supply)).profit_usd == pytest.approx(EXAMPLES[kind].usd + 4 * 0.003 * 100.0)


# The scenario -----------------------------------------------------------------------------------------------


def test_validate(kind: str, file: Path) -> None:
    result = wattshift("validate", file)
    assert result.exit_code == 0, result.output
    name = EXAMPLES[kind].terms["name"]
    assert f"  {kind} {name}: {EXAMPLES[kind].summary}, on pool" in result.stdout.splitlines()


def test_its_own_check_refuses(kind: str, file: Path) -> None:
    raw = json.loads(file.read_text())
    raw["contracts"][0] |= EXAMPLES[kind].wrong
    file.write_text(json.dumps(raw))
    result = wattshift("validate", file)
    assert result.exit_code == 2
    assert f"contracts[0].{next(iter(EXAMPLES[kind].wrong))}: " in result.output


def test_the_schema_has_it(kind: str) -> None:
    published = schema()
    terms = published["properties"]["contracts"]["items"]["discriminator"]["mapping"]
    (state,) = published["$defs"]["State"]["properties"]["contracts"]["patternProperties"].values()
    assert kind in terms and kind in state["discriminator"]["mapping"]
    assert terms[kind].removeprefix("#/$defs/") in published["$defs"]


def test_it_goes_to_a_file_and_back(kind: str) -> None:
    assert Scenario.model_validate_json(toy(kind).model_dump_json()) == toy(kind)


# Plans ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc", "rules"])
def test_plan_on_every_route(kind: str, solver: str) -> None:
    example = EXAMPLES[kind]
    schedule = plan(toy(kind), solver=solver, fallbacks=False)
    assert schedule.solver is not None and schedule.solver.name == solver
    assert schedule.profit_usd == pytest.approx(example.by_rule_usd if solver == "rules" else example.usd, abs=1e-6)
    (report,) = schedule.contracts
    assert (report.kind, report.accepted) == (kind, True)
    assert report.delivered_gpu_hours == pytest.approx(example.gpu_hours)


def test_rules_as_a_command(kind: str, file: Path) -> None:
    answer = only_object(wattshift("solve", file, "--solver", "rules", "--json").stdout)
    assert answer["profit_usd"] == pytest.approx(EXAMPLES[kind].by_rule_usd, abs=1e-6)


def test_audit(kind: str, file: Path, published: Path) -> None:
    assert wattshift("audit", file, published).exit_code == 0
    raw = json.loads(published.read_text())
    for series in raw["dispatch"]:
        if series["quantity"].startswith("gpus") and series["item"] == EXAMPLES[kind].terms["name"]:
            series["values"] = [3.0] * len(series["values"])  # more than is sold, and for nothing
    published.write_text(json.dumps(raw))
    assert wattshift("audit", file, published).exit_code == 5


def test_report_in_a_terminal_and_as_json(kind: str, file: Path) -> None:
    shown = wattshift("solve", file)
    assert shown.exit_code == 0, shown.output
    rows = [line.split() for line in shown.stdout.splitlines()]
    words = next(row for row in rows if row[:2] == [EXAMPLES[kind].terms["name"], kind])
    assert words[2] == f"{EXAMPLES[kind].gpu_hours:.2f}"
    assert ("done" in words) == given.KINDS[kind].gets_done
    answer = only_object(wattshift("solve", file, "--json").stdout)
    assert [report["kind"] for report in answer["contracts"]] == [kind]


def test_ties_know_whether_it_is_intricate(kind: str) -> None:
    assert _intricate(toy(kind)) == given.KINDS[kind].intricate == (kind == "batch")


def test_what_is_declined_earns_nothing(kind: str) -> None:
    # A GPU-hour for 3 USD where power for it costs 15.
    dear = toy(kind, optional=True, supply={"energy": {"price_usd_per_mwh": 10_000.0}})
    for solver in ("highs", "rules"):
        schedule = plan(dear, solver=solver)
        assert schedule.profit_usd == pytest.approx(0.0)
        assert sum(report.delivered_gpu_hours for report in schedule.contracts) == 0.0
    name = EXAMPLES[kind].terms["name"]
    declined = {"contracts": {name: {"kind": kind, "accepted": False}}}
    for solver in ("highs", "rules"):
        schedule = plan(toy(kind, optional=True, state=declined), solver=solver)
        assert (schedule.profit_usd, schedule.contracts[0].accepted) == (0.0, False)


# Plan after plan --------------------------------------------------------------------------------------------


def test_acceptance_is_kept(kind: str) -> None:
    open_ = toy(kind, optional=True)
    schedule = plan(open_)
    name = EXAMPLES[kind].terms["name"]
    assert with_acceptance(open_, schedule).state.contracts[name].accepted is True
    declined = replace(schedule, contracts=tuple(r.model_copy(update={"accepted": False}) for r in schedule.contracts))
    kept = with_acceptance(open_, declined).state.contracts[name]
    assert (kept.kind, kept.accepted) == (kind, False)


def test_settle(kind: str) -> None:
    schedule = plan(toy(kind))
    settled = settle(toy(kind), schedule)
    assert settled.profit_usd == pytest.approx(EXAMPLES[kind].usd)
    assert settled.contracts == schedule.contracts


def test_replan(kind: str, file: Path, published: Path) -> None:
    result = wattshift("replan", file, "--published", published, "--from", clock(2), "--json")
    assert result.exit_code == 0, result.output
    assert only_object(result.stdout)["profit_usd"] == pytest.approx(EXAMPLES[kind].rest_usd)


def test_the_state_begins_the_next_plan(kind: str, published: Path, tmp_path: Path) -> None:
    name = EXAMPLES[kind].terms["name"]
    schedule = Schedule.from_json(published.read_bytes())
    assert schedule.state is not None and isinstance(schedule.state.contracts[name], given.KINDS[kind].so_far)
    following = tmp_path / "next.json"
    # By itself the next scenario would be refused where its job's deadline is past: the state says what became of it.
    raw = toy(kind).model_dump(mode="json")
    raw["time"]["start"] = clock(4)
    following.write_text(json.dumps(raw))
    answer = wattshift("solve", following, "--state", published, "--json")
    assert answer.exit_code == 0, answer.output
    # The job is done; capacity is sold as before.
    again = 0.0 if given.KINDS[kind].gets_done else EXAMPLES[kind].usd
    assert only_object(answer.stdout)["profit_usd"] == pytest.approx(again)


def test_roll(kind: str, tmp_path: Path) -> None:
    hours = [100.0, 100.0, 200.0, *[100.0] * 21]
    energy = {"price_usd_per_mwh": {"start": "2026-01-05T00:00:00Z", "interval_minutes": 60, "values": hours * 2}}
    path = tmp_path / "days.json"
    day = scenario(
        energy,
        periods=24,
        pools=[gpu_pool(3, peak_power_w=1500.0)],
        contracts=[EXAMPLES[kind].terms | EXAMPLES[kind].two_days],
    )
    path.write_text(day.model_dump_json())
    result = wattshift("roll", path, "--days", 2, "--json")
    assert result.exit_code == 0, result.output
    answer = only_object(result.stdout)
    assert answer["profit_usd"] == pytest.approx(EXAMPLES[kind].two_days_usd) and answer["audit"]["ok"]


# Questions --------------------------------------------------------------------------------------------------


def test_value(kind: str, file: Path) -> None:
    example = EXAMPLES[kind]
    result = wattshift("value", file, "--at", clock(3), "--item", example.terms["name"], "--json")
    assert result.exit_code == 0, result.output
    up, down = only_object(result.stdout)["values"]
    assert (up["usd"], down["usd"]) == (pytest.approx(example.more, abs=1e-4), pytest.approx(example.less, abs=1e-4))


def test_value_of_less_than_nothing(kind: str) -> None:
    name = EXAMPLES[kind].terms["name"]
    *_, down = marginal_values(toy(kind), 3, items=frozenset({name}), step=8.5)
    assert (down.usd, down.note) == (None, given.KINDS[kind].least_words)
