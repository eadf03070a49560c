"""Plan: how it ends, what it hands over, and that it can be called from anywhere."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from optimizer import RejectedByAudit, Scenario, ScenarioError, Schedule, plan
from optimizer.model.formulation import formulate
from optimizer.planning import plan as planning
from optimizer.planning.read import read_schedule
from solvers import Options, SolverError, UnknownSolver, solve
from tests.toys import batch, clock, gpu_pool, group_fleet, mode, reserved, scenario, spot

LOW = mode("low", 0.6, 75.0)


def rich(seed: int = 0) -> Scenario:
    """A facility with one of each, and prices that differ by seed."""
    price = [(37.0 * (t + 3 * seed) ** 2) % 160 - 20 for t in range(12)]
    return scenario(
        price,
        fleets=[
            group_fleet(
                8,
                modes=[mode("normal"), LOW],
                warm_up_hours=1.0,
                min_up_hours=2.0,
                start_cost_usd=5.0,
                min_down_hours=2.0,
            )
        ],
        pools=[gpu_pool(6, idle_power_w=0.1e6, min_up_hours=2.0)],
        contracts=[
            reserved(committed_gpus=2.0, tiers=[{"below": 0.9, "credit_share": 0.3}]),
            batch(9.0, 10.0, min_gpus=1.0, max_gpus=3.0, restart_gpu_hours=0.5, completion_usd=50.0),
            spot(2.0, 70.0),
        ],
        site={"import_limit_mw": 9.5},
        time={"committed_periods": 8, "look_ahead_periods": 4},
    )


def told(schedule: Schedule) -> dict[str, Any]:
    """All that a schedule says, without the seconds that it took."""
    said = json.loads(schedule.to_json())
    del said["seconds"]
    for attempt in said["outcome"]["attempts"]:
        del attempt["seconds"]
    return said  # type: ignore[no-any-return]


# How it ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_proven(solver: str) -> None:
    schedule = plan(rich(), solver=solver)
    outcome = schedule.outcome
    assert outcome.status == "proven"
    assert outcome.gap is not None and outcome.gap <= 1e-4
    assert outcome.limit is None
    assert schedule.solver.name == solver
    assert schedule.size.columns > schedule.size.integers > 0
    seconds = schedule.seconds
    assert seconds.total >= seconds.build + seconds.solve + seconds.audit > 0


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_infeasible(solver: str) -> None:
    # The overhead alone is above the import limit.
    given = scenario([50], fleets=[group_fleet()], hall={"overhead_mw": 2.0}, site={"import_limit_mw": 1.0})
    schedule = plan(given, solver=solver)
    assert schedule.outcome.status == "infeasible"
    assert schedule.profit_usd is None and schedule.horizon_profit_usd is None
    assert schedule.outcome.gap is None and schedule.outcome.bound_usd is None
    assert schedule.dispatch_rows == () and schedule.ledger_rows == () and schedule.contracts == ()
    assert schedule.state is None
    assert Schedule.from_json(schedule.to_json()).outcome == schedule.outcome


def large() -> Scenario:
    """Fleets that share a limit no sum of theirs meets: found in half a second, not proven to nothing in ten."""
    price = [(37.0 * t * t) % 170 - 10 for t in range(72)]
    fleets = [
        group_fleet(
            17 + i,
            name=f"fleet {i}",
            modes=[mode("normal", 1.0 - 0.013 * i, 100.0 - 3.7 * i), mode("low", 0.6 + 0.007 * i, 75.0 - 2.9 * i)],
            min_up_hours=3.0 + i,
            min_down_hours=4.0,
            warm_up_hours=2.0,
            start_cost_usd=37.0 + i,
            ramp_mw_per_hour=5.3,
            starts_per_day=9,
        )
        for i in range(6)
    ]
    return scenario(price, fleets=fleets, site={"import_limit_mw": 43.7}, hall={"pue": 1.07})


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_no_solution_in_time(solver: str) -> None:
    schedule = plan(large(), solver=solver, time_limit_s=1e-4, fallbacks=False)
    assert schedule.outcome.status == "no_solution"
    assert schedule.outcome.limit == "time"
    assert schedule.profit_usd is None
    assert schedule.dispatch_rows == ()


def test_feasible_but_unproven() -> None:
    schedule = plan(large(), gap=0.0, time_limit_s=2.0)
    outcome = schedule.outcome
    assert outcome.status == "feasible"
    assert outcome.limit == "time"
    assert schedule.horizon_profit_usd is not None and outcome.bound_usd is not None
    assert outcome.bound_usd > schedule.horizon_profit_usd
    assert outcome.gap_usd == pytest.approx(outcome.bound_usd - schedule.horizon_profit_usd)


def test_an_unknown_solver_is_an_error() -> None:
    with pytest.raises(UnknownSolver, match="tetrahedron"):
        plan(rich(), solver="tetrahedron")


def test_a_solver_that_takes_no_integers_is_an_error() -> None:
    with pytest.raises(SolverError, match="glop"):
        plan(rich(), solver="glop")


@pytest.mark.parametrize("options", [{"gap": -1.0}, {"gap": float("nan")}, {"time_limit_s": 0.0}])
def test_options_that_ask_for_nothing_are_errors(options: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        plan(rich(), **options)  # type: ignore[arg-type]


def test_what_the_audit_rejects_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(given: Scenario, schedule: Schedule) -> Any:
        return audited(given, replace(schedule, profit_usd=(schedule.profit_usd or 0.0) + 1.0))

    audited = planning.audit
    monkeypatch.setattr(planning, "audit", strict)
    with pytest.raises(RejectedByAudit) as caught:
        plan(rich())
    assert not caught.value.findings.ok
    assert caught.value.schedule.outcome.status == "proven"
    assert "profit" in str(caught.value)
    schedule, findings = planning.plan_and_audit(rich())
    assert schedule.profit_usd is not None and not findings.ok


# The gap ---------------------------------------------------------------------------------------------------------


def test_the_gap_is_over_the_profit_of_the_whole_horizon() -> None:
    schedule = plan(rich(), gap=0.05)
    profit, outcome = schedule.horizon_profit_usd, schedule.outcome
    assert profit is not None and outcome.bound_usd is not None
    assert outcome.gap_usd == pytest.approx(abs(outcome.bound_usd - profit))
    assert outcome.gap == pytest.approx(outcome.gap_usd / abs(profit))
    assert profit != schedule.profit_usd


def _answer(scenario_: Scenario, bound: float) -> Schedule:
    """The schedule of the optimal solution as if the solver had proven this bound."""
    formulation = formulate(scenario_)
    result = solve(formulation.problem, "highs", Options(gap=1e-9))
    return read_schedule(formulation, replace(result, bound=bound), 1e-3)


def test_near_zero_profit_the_gap_is_over_one_percent_of_gross_revenue() -> None:
    # Mining earns 100,000 and the overhead costs as much, less a hundredth: profit 1, gross revenue 100,000.
    fleet = group_fleet(1000)
    given = scenario([0.0], fleets=[fleet], energy={"adders": [{"name": "fee", "usd_per_mwh": 99.999}]})
    schedule = _answer(given, 3.0)
    assert schedule.horizon_profit_usd == pytest.approx(1.0)
    assert schedule.outcome.gap_usd == pytest.approx(2.0)
    assert schedule.outcome.gap == pytest.approx(2.0 / 1000.0)
    assert schedule.outcome.status == "feasible"
    assert _answer(given, 1.9).outcome.status == "proven"


def test_with_no_revenue_the_gap_is_over_one_dollar() -> None:
    given = scenario(
        [50], fleets=[group_fleet()], hall={"overhead_mw": 0.002}, bitcoin={"hashprice_usd_per_ph_day": 0.0}
    )
    schedule = _answer(given, 0.1)
    assert schedule.horizon_profit_usd == pytest.approx(-0.1)
    assert schedule.outcome.gap == pytest.approx(0.2)


# Manners ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_nothing_is_printed(solver: str, capfd: pytest.CaptureFixture[str]) -> None:
    plan(rich(), solver=solver)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_the_same_input_gives_the_same_rows(solver: str) -> None:
    assert told(plan(rich(3), solver=solver)) == told(plan(rich(3), solver=solver))


def test_plans_in_threads_are_those_in_turn() -> None:
    jobs = [*((seed, "highs") for seed in range(6)), (6, "scip"), (6, "cbc")]
    in_turn = [told(plan(rich(seed), solver=solver)) for seed, solver in jobs]
    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda job: told(plan(rich(job[0]), solver=job[1])), jobs))
    assert at_once == in_turn


def test_progress_is_told() -> None:
    seen = []
    plan(large(), gap=0.0, time_limit_s=1.0, progress=seen.append)
    assert seen
    assert all(look.seconds >= 0 for look in seen)


def test_the_ledger_sums_to_the_profit() -> None:
    schedule = plan(rich())
    assert sum(row.usd for row in schedule.ledger_rows) == pytest.approx(schedule.profit_usd, rel=1e-9)
    whole = sum(row.usd for row in (*schedule.ledger_rows, *schedule.look_ahead_ledger_rows))
    assert whole == pytest.approx(schedule.horizon_profit_usd, rel=1e-9)


def test_a_facility_with_nothing_in_it() -> None:
    schedule = plan(scenario([50, 60], hall={"overhead_mw": 0.1}))
    assert schedule.outcome.status == "proven"
    assert schedule.profit_usd == pytest.approx(-11)


# From plan to plan -------------------------------------------------------------------------------------------------


def follow(schedule: Schedule, given: Scenario, price: list[float]) -> Scenario:
    """The scenario that begins where the plan's committed part ends."""
    assert schedule.state is not None and schedule.state.at is not None
    raw = given.model_dump()
    raw["time"] |= {"start": schedule.state.at, "committed_periods": len(price), "look_ahead_periods": None}
    raw["supply"]["energy"]["price_usd_per_mwh"] = price
    raw["state"] = schedule.state.model_dump()
    return Scenario.model_validate(raw)


def values(schedule: Schedule, item: str, quantity: str) -> list[float]:
    return [r.value for r in schedule.dispatch_rows if (r.item, r.quantity) == (item, quantity)]


def test_minimum_times_hold_across_the_seam() -> None:
    given = scenario([50], fleets=[group_fleet(2, min_up_hours=3.0, min_down_hours=2.0)])
    first = plan(given)
    second = plan(follow(first, given, [130, 130, 200, 50, 50]))
    # Up since 00:00, down at 03:00 at the earliest, then down for two hours.
    assert values(second, "miners", "groups[normal]") == [2, 2, 0, 0, 2]
    third = plan(follow(second, given, [130, 130, 130]))
    assert values(third, "miners", "groups[normal]") == [2, 2, 0]


def test_a_warm_up_goes_on_across_the_seam_in_its_mode() -> None:
    given = scenario([-100, -100, -100, -100], fleets=[group_fleet(modes=[mode("normal"), LOW], warm_up_hours=3.0)])
    given = given.model_copy(
        update={"time": given.time.model_copy(update={"committed_periods": 1, "look_ahead_periods": 3})}
    )
    first = plan(given)
    assert values(first, "miners", "groups[normal]") == [1]
    second = plan(follow(first, given, [90, 90, 90]))
    # Two hours of warming are left, in the mode it entered; then low makes 21.
    assert values(second, "miners", "groups_warming") == [1, 1, 0]
    assert values(second, "miners", "groups[normal]") == [1, 1, 0]
    assert second.profit_usd == pytest.approx(-180 + 21)


def test_the_ramp_goes_on_from_the_last_power() -> None:
    given = scenario([50, 50], fleets=[group_fleet(9, ramp_mw_per_hour=2.0)])
    second = plan(follow(plan(given), given, [50, 50]))
    assert values(second, "miners", "it_mw") == [6, 8]


def test_starts_of_the_day_are_handed_over_within_the_day() -> None:
    evening = {"start": "2026-01-05T21:00:00", "zone": "America/Chicago"}
    given = scenario([50, 300], fleets=[group_fleet(starts_per_day=1)], time=evening)
    first = plan(given)
    second = plan(follow(first, given, [50, 300, 50]))
    # The one start of the day is used until midnight.
    assert values(second, "miners", "groups[normal]") == [0, 0, 1]


def test_service_history_is_handed_over() -> None:
    # January's availability must be 0.5 of what is committed by the end; each plan sees its own hours alone.
    terms = reserved(tiers=[{"below": 0.5, "credit_share": 0.5}])
    given = scenario([500, 500, 40, 40], pools=[gpu_pool()], contracts=[terms])
    first = plan(given)
    assert first.contracts[0].availability == pytest.approx(0.5)
    second = plan(follow(first, given, [500, 40]))
    assert values(second, "acme", "gpus") == [0, 1]
    assert second.contracts[0].availability == pytest.approx(0.5)
    third = plan(follow(second, given, [5000, 5000]))
    # Half of eight hours' fee would have been 400; three of eight are delivered.
    assert third.ledger_by_kind["service_credit"] == pytest.approx(-400)
    fourth = plan(follow(third, given, [40, 40, 40, 40]))
    # Seven of twelve meet the tier after all: what was booked is reversed.
    assert fourth.ledger_by_kind["service_credit"] == pytest.approx(400)


def test_restarts_and_work_done_are_handed_over() -> None:
    job = batch(4.0, 12.0, min_gpus=1.0, restart_gpu_hours=0.5)
    given = scenario([10, 10, 500], pools=[gpu_pool()], contracts=[job])
    first = plan(given)
    second = plan(follow(first, given, [10, 11, 500]))
    assert values(second, "job", "restarts") == [1, 0, 0]
    assert values(second, "job", "owed_gpu_hours") == [0.5, 1, 0]
    third = plan(follow(second, given, [10, 11]))
    assert values(third, "job", "owed_gpu_hours") == [0.5, 0]
    assert third.contracts[0].finish is not None
    fourth = plan(follow(third, given, [-50, -50]))
    assert values(fourth, "job", "gpus") == [0, 0]


def test_a_run_under_way_goes_on_across_the_seam() -> None:
    pools = [gpu_pool(), gpu_pool(name="other")]
    job = batch(3.0, 6.0, preemptible=False, pools=["pool", "other"])
    given = scenario([300, 10], pools=pools, contracts=[job])
    first = plan(given)
    used = next(p for p in ("pool", "other") if values(first, "job", f"gpus[{p}]") == [0, 1])
    second = plan(follow(first, given, [400, 400, 10]))
    assert values(second, "job", f"gpus[{used}]") == [1, 1, 0]
    assert second.profit_usd == pytest.approx(200 - 800)


def test_acceptance_is_handed_over() -> None:
    given = scenario(
        [50],
        pools=[gpu_pool()],
        contracts=[spot(1.0, 100.0, optional=True), spot(1.0, 9.0, name="poor", optional=True)],
    )
    first = plan(given)
    assert first.state is not None
    assert first.state.contracts["spot"].accepted is True
    second = plan(follow(first, given, [500]))
    assert second.contracts[0].accepted


def test_the_clock_of_a_repeated_hour_goes_on() -> None:
    # Chicago, 1 November 2026: 01:00 comes twice.
    time = {"zone": "America/Chicago", "start": "2026-11-01T00:00:00"}
    given = scenario([50, 300], fleets=[group_fleet(min_up_hours=2.0)], time=time)
    first = plan(given)
    assert first.state is not None and first.state.at is not None
    assert first.state.at.isoformat() == "2026-11-01T01:00:00-06:00"
    second = plan(follow(first, given, [50]))
    assert [str(r.start) for r in second.dispatch_rows][:1] == ["2026-11-01 01:00:00-06:00"]


def test_block_height_is_handed_over() -> None:
    bitcoin = {"btc_price_usd": 60_000.0, "network_hashrate_eh_per_s": 600.0, "block_height": 839_990.0}
    given = scenario([50, 50], fleets=[group_fleet()], bitcoin=bitcoin)
    second = plan(follow(plan(given), given, [50]))
    assert second.state is not None
    assert second.state.block_height == pytest.approx(840_008)
    assert values(second, "bitcoin", "hashprice_usd_per_ph_day") == [pytest.approx(3.125 * 14.4)]


def test_clock_helper() -> None:
    assert clock(25.5) == "2026-01-06T01:30:00"


def test_a_variation_that_does_not_hold_together_is_refused() -> None:
    given = scenario([50.0], pools=[gpu_pool()], contracts=[spot()])
    with pytest.raises(ScenarioError, match="no pool is named"):
        plan(given.model_copy(update={"pools": ()}))


def test_frames_are_ones_own() -> None:
    schedule = plan(scenario([50.0], fleets=[group_fleet()]))
    frame = schedule.dispatch
    frame.loc[0, "value"] = 1e9
    assert schedule.dispatch.loc[0, "value"] != 1e9
