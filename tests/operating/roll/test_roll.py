"""Rolling: days add up, the joined schedule is audited, and a roll goes on where it was stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from optimizer import audit, load, plan
from optimizer.operating.roll import DayRecord, Interrupted, JournalError, Rolled, RollStopped, roll
from optimizer.operating.roll.files import write_rolled
from optimizer.scenario.onsite import Carbon, DayAhead
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import Versions
from optimizer.schedule import Schedule
from solvers import UnknownSolver
from tests.operating.roll.small import prices, small, timed
from tests.real_days import year
from tests.schedule.row_form import as_first_version
from tests.shared_data import needs
from tests.toys import HASHPRICE, group_fleet


class Stop(Exception):
    """The machine goes down."""


def after(days: int) -> Callable[[Sequence[DayRecord], int], None]:
    """Goes down once so many days are done."""

    def told(done: Sequence[DayRecord], _count: int) -> None:
        if len(done) == days:
            raise Stop

    return told


def without_seconds(folder: Path) -> dict[str, Any]:
    """Every file of a roll's folder; what a clock said taken out."""
    files: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".csv"}:
            text = re.sub(r'"seconds": ?\{[^}]*\}|"(solve_)?seconds": ?[\d.e-]+', "", path.read_text())
            if path.name == "days.csv":
                text = re.sub(r",[\d.e-]+$", "", text, flags=re.MULTILINE)
            files[path.relative_to(folder).as_posix()] = text
    return files


def rolled_into(folder: Path, scenario: Scenario, days: int) -> Rolled:
    rolled = roll(scenario, days, folder=folder)
    write_rolled(rolled, folder)
    return rolled


def test_two_days_by_hand() -> None:
    """One group of 100 USD an hour; decided at 50 and 120, settled at 60 and 20: on, then off, 24 hours each."""
    price = {
        "known": timed([50.0] * 24 + [120.0] * 24, "2026-01-05T00:00:00+00:00"),
        "actual": timed([60.0] * 24 + [20.0] * 24, "2026-01-05T00:00:00+00:00"),
    }
    toy = Scenario.model_validate(
        {
            "schema_version": 1,
            "name": "by hand",
            "time": {"zone": "UTC", "start": "2026-01-05T00:00:00", "committed_days": 1},
            "site": {"import_limit_mw": 10.0, "halls": [{"name": "hall", "it_limit_mw": 10.0}]},
            "supply": {"energy": {"price_usd_per_mwh": price}},
            "bitcoin": {"hashprice_usd_per_ph_day": HASHPRICE},
            "fleets": [group_fleet()],
        }
    )
    rolled = roll(toy, 2)
    assert [day.day for day in rolled.days] == ["2026-01-05", "2026-01-06"]
    assert [day.planned_profit_usd for day in rolled.days] == pytest.approx([1200, 0])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([960, 0])
    assert rolled.schedule.profit_usd == pytest.approx(960) and rolled.findings.ok
    outcome = rolled.schedule.outcome
    assert outcome.status == "feasible" and outcome.bound_usd is None
    assert outcome.message == "2 daily plans, each proven to a gap of 0.0001"


def test_one_schedule_of_all_days(tmp_path: Path) -> None:
    rolled = rolled_into(tmp_path, small(), 4)
    assert rolled.findings.ok, str(rolled.findings)
    assert {row.start for row in rolled.schedule.dispatch_rows} == set(rolled.scenario.horizon.stamps)
    assert rolled.scenario.horizon.periods == 95
    profit = sum(day.settled_profit_usd for day in rolled.days)
    assert rolled.schedule.profit_usd == pytest.approx(profit, rel=1e-6)
    demand = [row for row in rolled.schedule.ledger_rows if row.kind == "demand"]
    assert [row.start.isoformat() for row in demand] == ["2026-03-31T23:00:00+02:00"]
    assert [bill.month for bill in rolled.schedule.bills] == ["2026-03"]
    written = Schedule.from_json((tmp_path / "schedule.json").read_bytes())
    assert written.dispatch_rows == rolled.schedule.dispatch_rows
    assert audit(load(tmp_path / "scenario.json"), written).ok
    lines = (tmp_path / "days.csv").read_text().splitlines()
    assert lines[0] == "day,status,gap,planned_profit_usd,settled_profit_usd,seconds" and len(lines) == 5
    for name in ("dispatch", "ledger"):
        assert (tmp_path / f"{name}.csv").exists() and (tmp_path / f"{name}.parquet").exists()


def test_a_roll_is_the_chain_of_its_plans() -> None:
    """Without versions and look-ahead: what `plan` gives day by day, with the state handed over."""
    price = timed(prices(6))
    known = small(supply={"energy": {"price_usd_per_mwh": price}})
    rolled = roll(known, 2, look_ahead_hours=0.0)
    time = {"look_ahead_periods": None}
    first = plan(known.model_copy(update={"time": known.time.model_copy(update=time)}))
    start = known.time.model_copy(update=time | {"start": "2026-03-29T00:00:00"})
    document = known.model_dump(mode="json") | {"time": start.model_dump(mode="json", warnings=False)}
    assert first.state is not None
    second = plan(Scenario.model_validate(document | {"state": first.state.model_dump(mode="json")}))
    assert [day.planned_profit_usd for day in rolled.days] == pytest.approx([first.profit_usd, second.profit_usd])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([first.profit_usd, second.profit_usd])


def test_a_folder_that_was_begun_before_ties_were_said_goes_on(tmp_path: Path) -> None:
    with pytest.raises(Stop):
        roll(small(), 2, folder=tmp_path, told=after(1))
    manifest = json.loads((tmp_path / "roll.json").read_text())
    keys = "schema_version scenario digest days look_ahead_periods solver gap time_limit_s fallbacks"
    (tmp_path / "roll.json").write_text(json.dumps({key: manifest[key] for key in keys.split()}))
    for other in ({"gap": 0.5}, {"break_ties": False}):
        with pytest.raises(JournalError, match=f"holds another roll \\({next(iter(other))}"):
            roll(small(), 2, folder=tmp_path, **other)
    planned: list[int] = []
    roll(small(), 2, folder=tmp_path, isolated=False, told=lambda done, _: planned.append(len(done)))
    assert planned == [2]


def test_a_solver_that_is_none_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnknownSolver, match="'higs'"):
        roll(small(), 2, folder=tmp_path / "roll", solver="higs")
    assert not (tmp_path / "roll").exists()


def test_stopped_after_the_third_day_it_goes_on_to_the_same_end(tmp_path: Path) -> None:
    rolled_into(tmp_path / "whole", small(), 5)
    with pytest.raises(Stop):
        roll(small(), 5, folder=tmp_path / "parts", told=after(3))
    assert len(list((tmp_path / "parts" / "days").iterdir())) == 3
    planned: list[int] = []
    rolled = roll(small(), 5, folder=tmp_path / "parts", told=lambda done, _: planned.append(len(done)))
    assert planned == [4, 5]
    write_rolled(rolled, tmp_path / "parts")
    assert without_seconds(tmp_path / "parts") == without_seconds(tmp_path / "whole")


def test_days_of_the_first_version_are_gone_on_with(tmp_path: Path) -> None:
    """A roll that was begun when a schedule's file had one object a row."""
    rolled_into(tmp_path / "whole", small(), 3)
    with pytest.raises(Stop):
        roll(small(), 3, folder=tmp_path / "parts", told=after(2))
    for path in (tmp_path / "parts" / "days").iterdir():
        day = json.loads(path.read_text())
        day["settled"] = json.loads(as_first_version(json.dumps(day["settled"])))
        path.write_text(json.dumps(day))
    rolled = roll(small(), 3, folder=tmp_path / "parts")
    assert rolled.findings.ok
    write_rolled(rolled, tmp_path / "parts")
    one, other = (without_seconds(tmp_path / name) for name in ("parts", "whole"))
    assert all(one[name] == other[name] for name in ("schedule.json", "dispatch.csv", "ledger.csv", "days.csv"))


def test_killed_while_it_writes_it_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(part: Path, _target: Path) -> Path:
        raise Stop

    with monkeypatch.context() as patched, pytest.raises(Stop):
        patched.setattr(Path, "replace", killed)
        roll(small(), 2, folder=tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    roll(small(), 2, folder=tmp_path, told=lambda *_: None)
    (tmp_path / "days" / ".2026-03-29.json.part").write_text('{"half')
    (tmp_path / "days" / "2026-03-29.json").unlink()
    assert roll(small(), 2, folder=tmp_path).findings.ok
    assert sorted(path.name for path in (tmp_path / "days").iterdir()) == ["2026-03-28.json", "2026-03-29.json"]


def test_a_day_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    roll(small(), 1, folder=tmp_path)
    path = tmp_path / "days" / "2026-03-28.json"
    day = json.loads(path.read_text())
    for text in (
        "{}",
        json.dumps(day | {"settled": {}}),
        json.dumps(day | {"settled": day["settled"] | {"state": None}}),
    ):
        path.write_text(text)
        with pytest.raises(JournalError, match=r"2026-03-28\.json: no day of a roll; delete it"):
            roll(small(), 1, folder=tmp_path)


def test_a_folder_of_another_roll_is_refused(tmp_path: Path) -> None:
    roll(small(), 1, folder=tmp_path)
    with pytest.raises(JournalError, match="the scenario is another one, or has changed"):
        roll(small(description="changed"), 1, folder=tmp_path)
    with pytest.raises(JournalError, match="days 1, now 2"):
        roll(small(), 2, folder=tmp_path)
    with pytest.raises(JournalError, match=r"gap 0\.0001, now 0\.01"):
        roll(small(), 1, folder=tmp_path, gap=0.01)
    (tmp_path / "roll.json").write_text("[]")
    with pytest.raises(JournalError, match="give another folder"):
        roll(small(), 1, folder=tmp_path)


def test_a_day_without_a_plan_stops_the_roll(tmp_path: Path) -> None:
    """An order on the second day below what the hall draws asleep."""
    site = {
        "import_limit_mw": 6.0,
        "halls": [{"name": "hall", "it_limit_mw": 10.0, "overhead_mw": 0.5}],
        "curtailment": [
            {
                "name": "storm",
                "start": "2026-03-29T10:00:00",
                "end": "2026-03-29T12:00:00",
                "import_limit_mw": 0.2,
            }
        ],
    }
    supply = {"energy": {"price_usd_per_mwh": 50.0}}
    with pytest.raises(RollStopped, match="2026-03-29 has no plan: infeasible") as stopped:
        roll(small(site=site, supply=supply), 3, folder=tmp_path, look_ahead_hours=0.0)
    assert stopped.value.schedule.outcome.status == "infeasible" and stopped.value.day == "2026-03-29"
    assert [path.name for path in (tmp_path / "days").iterdir()] == ["2026-03-28.json"]


def test_an_interrupt_keeps_the_days_that_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.operating.roll import day

    real, calls = day.plan_and_audit, []

    def plan_and_audit(*given: Any, **more: Any) -> Any:
        calls.append(1)
        schedule, findings = real(*given, **more)
        if len(calls) == 2:  # a solver told to stop hands out what it has
            outcome = schedule.outcome.model_copy(update={"limit": "interrupt", "status": "feasible"})
            return replace(schedule, outcome=outcome), findings
        return schedule, findings

    monkeypatch.setattr(day, "plan_and_audit", plan_and_audit)
    with pytest.raises(Interrupted, match="1 of 3 days are done"):
        roll(small(), 3, folder=tmp_path)
    assert len(roll(small(), 3, folder=tmp_path).days) == 3 and len(calls) == 4


def test_days_that_are_not_proven_are_named() -> None:
    from optimizer.operating.roll.joined import _proof

    proven = DayRecord("2026-01-05", "proven", 1e-6, 1.0, 1.0, 0.1, 0.1)
    open_ = replace(proven, day="2026-01-06", status="feasible", gap=0.1)
    assert _proof([proven, open_], 1e-4) == "2 daily plans, of which 1 are not proven to a gap of 0.0001: 2026-01-06"


def test_a_state_given_is_where_it_begins() -> None:
    state = {"at": "2026-03-28T00:00:00+01:00", "batteries": {"store": {"energy_mwh": 3.0}}}
    full, empty = roll(small(state=state), 1), roll(small(), 1)
    assert full.schedule.state is not None and full.schedule.profit_usd != pytest.approx(empty.schedule.profit_usd)


def test_ratchets_are_paid_by_the_whole_and_noted() -> None:
    """March's peak of 3 MW makes April pay 80 % of it, 0.05 USD/kW: 120 USD, which April's day cannot change."""
    demand = [{"name": "flat", "tiers": [{"rate_usd_per_kw": 0.05}], "ratchet": {"share": 0.8, "look_back_months": 1}}]
    supply = {
        "energy": {"price_usd_per_mwh": timed([10.0] * 95 + [500.0] * 49)},
        "tariff": {"name": "tariff", "demand": demand},
    }
    rolled = roll(small(supply=supply), 5, look_ahead_hours=0.0)
    assert rolled.findings.ok, str(rolled.findings)
    assert any(
        "ratchets: earlier days' peaks make later months pay 120.00 USD more" in n for n in rolled.schedule.notes
    )
    by_days = sum(day.settled_profit_usd for day in rolled.days)
    assert rolled.schedule.profit_usd == pytest.approx(by_days - 120.0)


@needs("bundle_ercot_2024")
def test_ten_real_days_over_the_halving_month(tmp_path: Path) -> None:
    """West Texas with everything on: 0 findings, stopped and continued."""
    facility = year.facility("2024-04-25", look_ahead_periods=12)
    with pytest.raises(Stop):
        roll(facility, 10, folder=tmp_path, told=after(3))
    rolled = roll(facility, 10, folder=tmp_path)
    assert rolled.findings.ok, str(rolled.findings)
    assert len(rolled.days) == 10 and [bill.month for bill in rolled.schedule.bills] == ["2024-04", "2024-05"]
    assert rolled.schedule.profit_usd == pytest.approx(sum(d.settled_profit_usd for d in rolled.days), rel=1e-6)
    assert json.loads((tmp_path / "roll.json").read_text())["scenario"] == "west texas 2024"


def test_a_cap_on_carbon_leaves_later_days_their_overhead() -> None:
    """Half a tonne an MWh: 0.25 MW of overhead are 3 tonnes a day, four groups 48 more. Of 36 tonnes the first day
    leaves 6."""
    plant = small(3)
    hall = plant.site.halls[0].model_copy(update={"overhead_mw": 0.25})
    carbon = Carbon(intensity_kg_per_mwh=500.0, cap_tonnes=36.0)
    energy = plant.supply.energy.model_copy(update={"price_usd_per_mwh": 10.0})
    supply = plant.supply.model_copy(update={"carbon": carbon, "energy": energy, "batteries": (), "tariff": None})
    site = plant.site.model_copy(update={"halls": (hall,)})
    fleet = plant.fleets[0].model_copy(update={"units": 4, "groups": 4})
    time = plant.time.model_copy(update={"start": datetime(2026, 3, 25), "look_ahead_periods": None})
    given = plant.model_copy(update={"site": site, "supply": supply, "fleets": (fleet,), "time": time})
    rolled = roll(given, 3)
    assert rolled.findings.ok
    emitted = [r.value for r in rolled.schedule.dispatch_rows if r.quantity == "carbon_kg"]
    assert [sum(emitted[24 * d : 24 * (d + 1)]) for d in range(3)] == pytest.approx([30_000.0, 3_000.0, 3_000.0])


def test_a_position_bought_day_ahead_outlives_a_lower_limit() -> None:
    """Bought is up to the known limit; the joined days are audited with it."""
    plant = small(2)
    day_ahead = plant.supply.model_copy(update={"day_ahead": DayAhead(price_usd_per_mwh=60.0)})
    limit = Versions(known=6.0, actual=4.0)
    given = plant.model_copy(
        update={"supply": day_ahead, "site": plant.site.model_copy(update={"import_limit_mw": limit})}
    )
    rolled = roll(given, 2, look_ahead_hours=0)
    assert rolled.findings.ok
    bought = {r.value for r in rolled.schedule.dispatch_rows if (r.item, r.quantity) == ("day ahead", "position_mw")}
    assert bought == {0.0, 6.0}


def test_a_folder_is_rolled_by_one_at_a_time(tmp_path: Path) -> None:
    from optimizer.operating.roll.alone import alone_in
    from optimizer.operating.roll.errors import JournalError

    with alone_in(tmp_path), pytest.raises(JournalError, match="another process"):
        roll(small(2), 1, folder=tmp_path)
    assert roll(small(2), 1, folder=tmp_path).findings.ok
