"""The words of a schedule: every item's quantities and every kind of dollars, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from typer.testing import CliRunner

from optimizer import load, plan
from optimizer.cli import app
from optimizer.model.desk import Model
from optimizer.scenario.contracts import Spot
from optimizer.scenario.quantity import Quantity, Sign
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import LedgerKind, Schedule
from optimizer.schedule.ledger_kind import kinds_of
from optimizer.schedule.page import vocabulary_page
from optimizer.schedule.vocabulary import Vocabulary, VocabularyError, item_classes, ledger_kind
from tests import toys
from tests.cli import rich

PAGE = Path(__file__).resolve().parents[2] / "optimizer" / "schedule" / "vocabulary.md"


@pytest.fixture(scope="module", params=["plain", "selling", "billed"])
def planned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, Schedule]:
    """A day with every kind of item, one that sells flexibility, one under a tariff."""
    text = {"plain": (), "selling": (rich.SELLING,), "billed": (rich.BILLED,)}[request.param]
    scenario = load(rich.write(tmp_path_factory.mktemp(request.param), *text))
    return scenario, plan(scenario)


def test_every_row_is_of_the_vocabulary_and_of_its_sign(planned: tuple[Scenario, Schedule]) -> None:
    scenario, schedule = planned
    words = Vocabulary(scenario)
    for row in (*schedule.dispatch_rows, *schedule.look_ahead_dispatch_rows):
        assert words.quantity(row.item, row.quantity).sign.allows(row.value), row
    for line in (*schedule.ledger_rows, *schedule.look_ahead_ledger_rows):
        assert ledger_kind(line.kind).sign.allows(line.usd), line


def test_kinds_of_dollars_stand_in_their_groups() -> None:
    """Domain section 9; what is gross revenue is the reference of the gap."""
    assert kinds_of("revenue") == {"mining_revenue", "contract_revenue", "completion"}
    assert kinds_of("meter") == {"energy", "adders", "carbon", "export"}
    assert kinds_of("bill") == {"demand", "ratchet", "coincident_peak", "fixed", "minimum", "tax"}
    assert kinds_of("market") == {"ppa", "day_ahead_settlement", "reserve", "demand_response"}
    assert len(kinds_of("revenue", "meter", "bill", "market", "running")) == len(LedgerKind) == 25


@pytest.mark.parametrize(
    ("quantity", "name", "is_one"),
    [
        (Quantity("groups", "groups", "", of="MODE"), "groups[eco 2]", True),
        (Quantity("groups", "groups", "", of="MODE"), "groups[a[b]]", True),
        (Quantity("groups", "groups", "", of="MODE"), "groups", False),
        (Quantity("groups", "groups", "", of="MODE"), "groups[]", False),
        (Quantity("groups", "groups", "", of="MODE"), "groups[eco", False),
        (Quantity("groups", "groups", "", of="MODE"), "groups_started[eco]", False),
        (Quantity("gpus", "GPUs", ""), "gpus", True),
        (Quantity("gpus", "GPUs", ""), "gpus[h100]", False),
        (Quantity("gpus", "GPUs", ""), "gpus_in_use", False),
    ],
)
def test_a_name_is_of_a_quantity(quantity: Quantity, name: str, is_one: bool) -> None:
    assert quantity.names(name) is is_one


@pytest.mark.parametrize(
    ("sign", "allowed"),
    [(Sign.NOT_NEGATIVE, (0.0, 1.0)), (Sign.NOT_POSITIVE, (-1.0, 0.0)), (Sign.EITHER, (-1.0, 0.0, 1.0))],
)
def test_signs(sign: Sign, allowed: tuple[float, ...]) -> None:
    assert tuple(value for value in (-1.0, 0.0, 1.0) if sign.allows(value)) == allowed


@pytest.fixture
def desk() -> Model:
    given = toys.scenario([50.0], fleets=[toys.group_fleet(name="miners")])
    return Model(given, given.horizon)


@pytest.mark.parametrize(
    ("item", "quantity", "words"),
    [
        ("miners", "hashes", "'hashes' is no quantity of miners, which has it_mw, hashrate_ph_per_s, groups"),
        ("miners", "groups", "'groups' is no quantity of miners"),
        ("nobody", "it_mw", "there is no item 'nobody'"),
    ],
)
def test_a_component_shows_nothing_else(desk: Model, item: str, quantity: str, words: str) -> None:
    with pytest.raises(VocabularyError, match=words.replace("[", r"\[")):
        desk.show(item, quantity, np.zeros(1))
    assert desk.quantities == []


def test_a_set_point_is_named_as_one(desk: Model) -> None:
    with pytest.raises(VocabularyError, match="it_mw of miners is no set-point"):
        desk.set_point("miners", "it_mw", desk.sum(), 1.0)
    desk.set_point("miners", "groups[normal]", desk.sum(), 1.0)
    assert desk.set_points[0].unit == "groups"


def test_a_component_earns_nothing_else(desk: Model) -> None:
    unknown: Any = "subsidy"
    for earn in (
        lambda: desk.earn("miners", unknown, np.zeros(0, dtype=np.int64), 1.0),
        lambda: desk.earn_constant("miners", unknown, 1.0),
        lambda: desk.earn_sum("miners", unknown, desk.sum(), 1.0),
        lambda: desk.book("miners", unknown, lambda x: x),
    ):
        with pytest.raises(VocabularyError, match="'subsidy' is no ledger kind"):
            earn()
    assert desk.ledger == {} and desk.booked == []


def test_a_new_kind_of_item_brings_its_own_words() -> None:
    """What its class names is known; nothing is listed elsewhere."""

    class OnDemand(Spot):
        shows: ClassVar[tuple[Quantity, ...]] = (
            *Spot.shows,
            Quantity("queue_gpus", "GPUs", "asked for and not served"),
        )

    terms = OnDemand(
        name="later",
        kind="spot",
        pools=("h100",),
        demand_gpus=8.0,
        price_usd_per_gpu_hour=2.0,  # type: ignore[arg-type]
    )
    given = toys.scenario([50.0], fleets=[toys.group_fleet()]).model_copy(update={"contracts": (terms,)})
    words = Vocabulary(given)
    assert words.quantity("later", "queue_gpus").unit == "GPUs"
    assert words.quantity("later", "gpus[h100]").set_point
    with pytest.raises(VocabularyError):
        words.quantity("later", "short_gpus")


def test_units_stand_in_the_names_of_quantities() -> None:
    units = {
        "MW": "_mw",
        "MWh": "_mwh",
        "kg": "_kg",
        "GPUs": "gpus",
        "GPU-hours": "_gpu_hours",
        "USD/MWh": "_usd_per_mwh",
    }
    units |= {"PH/s": "_ph_per_s", "USD/PH/day": "_usd_per_ph_day"}
    units |= {"USD/MW/h": "_usd_per_mw_h", "USD/GPU/h": "_usd_per_gpu_hour", "nodes": "nodes", "groups": "groups"}
    for item in item_classes():
        assert item.shows
        for quantity in item.shows:
            assert quantity.unit in units or quantity.unit in {"0/1", "1", "engines"}, quantity
            assert units.get(quantity.unit, "") in quantity.name, quantity
            assert quantity.meaning and not quantity.meaning.endswith(".")


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == vocabulary_page(), (
        "renew it: wattshift schema --words > optimizer/schedule/vocabulary.md"
    )
    result = CliRunner().invoke(app, ["schema", "--words"])
    assert result.exit_code == 0 and result.stdout == vocabulary_page()


def test_the_repr_of_a_schedule_is_one_line(planned: tuple[Scenario, Schedule]) -> None:
    _, schedule = planned
    assert (
        repr(schedule)
        == str(schedule)
        == (f"<Schedule {schedule.scenario!r}: proven, profit {schedule.profit_usd:,.2f} USD, 8 periods>")
    )
