"""The worked numbers of the domain, each as a schedule written by hand."""

from __future__ import annotations

from typing import Any

from optimizer.scenario.scenario import Scenario
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import Schedule
from tests.auditor import hand
from tests.toys import gpu_pool, group_fleet, mode, scenario

DAY = "2026-01-05T"
Worked = tuple[Scenario, Schedule]


def one_group(**fleet: Any) -> Worked:
    """Price 50, 200: on, then off; 50 USD."""
    toy = scenario([50, 200], fleets=[group_fleet(**fleet)])
    rows = {
        "site": hand.site([1, 0], [50, 200]),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([1, 0]),
        "miners": hand.miners([1, 0], [1, 0], [0, 1]),
    }
    ledger = {"grid": {"energy": [-50, 0]}, "miners": {"mining_revenue": [100, 0]}}
    state = {"fleets": {"miners": hand.groups_state(("off", 1, 1), starts_today=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def low_mode() -> Worked:
    """Price 50, 80, 130: full, low, off; 77 USD."""
    modes = [mode("normal"), mode("low", 0.6, 75)]
    toy = scenario([50, 80, 130], fleets=[group_fleet(modes=modes)])
    fleet = hand.miners([1, 0, 0], [1, 0, 0], [0, 0, 1]) | {
        "it_mw": [1, 0.6, 0],
        "hashrate_ph_per_s": [100, 75, 0],
        "groups[low]": [0, 1, 0],
        "groups[off]": [0, 0, 1],
        "groups_started[low]": 0,
    }
    rows = {
        "site": hand.site([1, 0.6, 0], [50, 80, 130]),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([1, 0.6, 0]),
        "miners": fleet,
    }
    ledger = {"grid": {"energy": [-50, -48, 0]}, "miners": {"mining_revenue": [100, 75, 0]}}
    state = {"fleets": {"miners": hand.groups_state(("off", 1, 1), starts_today=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def warm_up() -> Worked:
    """Warm-up 1 h, price 50 three times; 50 USD."""
    toy = scenario([50, 50, 50], fleets=[group_fleet(warm_up_hours=1.0)])
    rows = {
        "site": hand.site(1, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(1),
        "miners": hand.miners([1, 1, 1], [1, 0, 0], [0, 0, 0], warming=[1, 0, 0]),
    }
    ledger = {"grid": {"energy": -50}, "miners": {"mining_revenue": [0, 100, 100]}}
    state = {"fleets": {"miners": hand.groups_state(("normal", 1, 3), starts_today=1, it_power_mw=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def start_cost() -> Worked:
    """Start cost 30, on before, price 50, 110, 50: stays on; 90 USD."""
    before = {"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 1}]}}}
    toy = scenario([50, 110, 50], fleets=[group_fleet(start_cost_usd=30.0)], state=before)
    rows = {
        "site": hand.site(1, [50, 110, 50]),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(1),
        "miners": hand.miners([1, 1, 1], [0, 0, 0], [0, 0, 0]),
    }
    ledger = {"grid": {"energy": [-50, -110, -50]}, "miners": {"mining_revenue": 100}}
    state = {"fleets": {"miners": hand.groups_state(("normal", 1, LONG_AGO_HOURS), it_power_mw=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def ramp(**fleet: Any) -> Worked:
    """Three groups, ramp 2 MW/h, price 50 twice; 250 USD."""
    toy = scenario([50, 50], fleets=[group_fleet(3, ramp_mw_per_hour=2.0, **fleet)])
    rows = {
        "site": hand.site([2, 3], 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([2, 3]),
        "miners": hand.miners([2, 3], [2, 1], [0, 0], groups=3),
    }
    ledger = {"grid": {"energy": [-100, -150]}, "miners": {"mining_revenue": [200, 300]}}
    groups = hand.groups_state(("normal", 2, 2), ("normal", 1, 1), starts_today=3, it_power_mw=3)
    return toy, hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}})


def pue_table(**site: Any) -> Worked:
    """PUE 1.05 at 10 °C to 1.25 at 30 °C; price 80 at 20 °C and at 45 °C; 8 USD."""
    table = {"pue": {"ambient_c": [10.0, 30.0], "pue": [1.05, 1.25]}}
    site = {"ambient_c": [20.0, 45.0], **site}
    toy = scenario([80, 80], fleets=[group_fleet()], hall=table, site=site)
    rows = {
        "site": hand.site([1.15, 0], 80),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([1, 0], [1.15, 1.25], [1.15, 0]),
        "miners": hand.miners([1, 0], [1, 0], [0, 1]),
    }
    ledger = {"grid": {"energy": [-92, 0]}, "miners": {"mining_revenue": [100, 0]}}
    state = {"fleets": {"miners": hand.groups_state(("off", 1, 1), starts_today=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def spot_nodes(pool: dict[str, Any] | None = None, **spot: Any) -> Worked:
    """Two nodes of 8 GPUs, 0.2 MW idle, 1 MW peak; spot demand of 4 GPUs at 20 USD; price 100; 20 USD."""
    nodes = {"gpus_per_node": 8, "idle_power_w": 2e5, "peak_power_w": 1e6, **(pool or {})}
    terms = {
        "kind": "spot",
        "name": "spot",
        "pools": ["pool"],
        "demand_gpus": 4.0,
        "price_usd_per_gpu_hour": 20.0,
    } | spot
    toy = scenario([100], pools=[gpu_pool(2, **nodes)], contracts=[terms])
    rows = {
        "site": hand.site(0.6, 100),
        "hall": hand.hall(0.6),
        "pool": hand.nodes([1], [1], [0], 4, 0.6),
        "spot": hand.gpus(4, 0.4) | {"price_usd_per_gpu_hour": 20},
    }
    ledger = {"grid": {"energy": -60}, "spot": {"contract_revenue": 80}}
    state = {
        "pools": {"pool": hand.nodes_state((True, 1, 1), (False, 1, LONG_AGO_HOURS), it_power_mw=0.6)},
        "contracts": {"spot": {"kind": "spot", "accepted": True}},
    }
    return toy, hand.schedule(toy, rows, ledger, contracts=[hand.report("spot", "spot", 4)], state=state)


def job(**changes: Any) -> dict[str, Any]:
    """3 GPU-hours in 4 h on 1 GPU, 100 USD each."""
    return {
        "kind": "batch",
        "name": "job",
        "pools": ["pool"],
        "gpu_hours": 3.0,
        "release": f"{DAY}00:00:00",
        "deadline": f"{DAY}04:00:00",
        "min_gpus": 1.0,
        "max_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
    } | changes


def batch_state(done: float, **changes: Any) -> dict[str, Any]:
    return {"kind": "batch", "accepted": True, "done_gpu_hours": done, "started": True, **changes}


def preemptible(**terms: Any) -> Worked:
    """Restart 0.5 GPU-hours, price 10, 200, 10, 10: hours 0, 2, 3; 2.5 paid; 220 USD."""
    contract = job(restart_gpu_hours=0.5, **terms)
    toy = scenario([10, 200, 10, 10], pools=[gpu_pool()], contracts=[contract])
    rows = {
        "site": hand.site([1, 0, 1, 1], [10, 200, 10, 10]),
        "hall": hand.hall([1, 0, 1, 1]),
        "pool": hand.nodes([1, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 1, 1], [1, 0, 1, 1]),
        "job": hand.gpus([1, 0, 1, 1])
        | {
            "owed_gpu_hours": [1, 0, 0.5, 1],
            "restart_gpu_hours": [0, 0, 0.5, 0],
            "running": [1, 0, 1, 1],
            "restarts": [0, 0, 1, 0],
        },
    }
    penalty = -0.5 * terms.get("penalty_usd_per_gpu_hour", 0.0)
    ledger = {
        "grid": {"energy": [-10, 0, -10, -10]},
        "job": {"contract_revenue": [100, 0, 50, 100], "shortfall_penalty": [0, 0, 0, penalty]},
    }
    state = {
        "pools": {"pool": hand.nodes_state((True, 1, 2), it_power_mw=1)},
        "contracts": {"job": batch_state(2.5, missed_gpu_hours=0.5, running=True, closed=True)},
    }
    rows_of = [hand.report("job", "batch", 2.5, short_gpu_hours=0.5, lateness_hours=0.0)]
    return toy, hand.schedule(toy, rows, ledger, contracts=rows_of, state=state)


def not_preemptible(**terms: Any) -> Worked:
    """The same, not preemptible, price 10, 10, 200, 10: hours 0 to 2; 80 USD."""
    contract = job(restart_gpu_hours=0.5, preemptible=False, **terms)
    toy = scenario([10, 10, 200, 10], pools=[gpu_pool()], contracts=[contract])
    rows = {
        "site": hand.site([1, 1, 1, 0], [10, 10, 200, 10]),
        "hall": hand.hall([1, 1, 1, 0]),
        "pool": hand.nodes([1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 0], [1, 1, 1, 0]),
        "job": hand.gpus([1, 1, 1, 0])
        | {
            "owed_gpu_hours": [1, 1, 1, 0],
            "restart_gpu_hours": 0,
            "running": [1, 1, 1, 0],
            "restarts": 0,
        },
    }
    completion = terms.get("completion_usd", 0.0)
    ledger = {
        "grid": {"energy": [-10, -10, -200, 0]},
        "job": {"contract_revenue": [100, 100, 100, 0], "completion": [0, 0, completion, 0]},
    }
    state = {
        "pools": {"pool": hand.nodes_state((False, 1, 1))},
        "contracts": {"job": batch_state(3, closed=True, completion_accrued_usd=completion)},
    }
    done = hand.report("job", "batch", 3, short_gpu_hours=0.0, finish=toy.horizon.at(3), lateness_hours=0.0)
    return toy, hand.schedule(toy, rows, ledger, contracts=[done], state=state)


def not_preemptible_in_half_hours(deadline: str = f"{DAY}03:00:00") -> Worked:
    """2.25 GPU-hours at 100 USD on one GPU, without a break, from 00:30 to 03:00; energy is free."""
    contract = job(gpu_hours=2.25, deadline=deadline, preemptible=False, penalty_usd_per_gpu_hour=0.0)
    toy = scenario([0.0] * 6, pools=[gpu_pool()], contracts=[contract], time={"resolution_minutes": 30})
    on = [0, 1, 1, 1, 1, 1]
    owed = [0, 0.5, 0.5, 0.5, 0.5, 0.25]
    rows = {
        "site": hand.site(on, 0),
        "hall": hand.hall(on),
        "pool": hand.nodes(on, [0, 1, 0, 0, 0, 0], [0] * 6, on, on),
        "job": hand.gpus(on) | {"owed_gpu_hours": owed, "restart_gpu_hours": 0, "running": on, "restarts": 0},
    }
    state = {
        "pools": {"pool": hand.nodes_state((True, 1, 2.5), it_power_mw=1)},
        "contracts": {"job": batch_state(2.25, running=True, closed=True)},
    }
    done = hand.report("job", "batch", 2.25, short_gpu_hours=0.0, finish=toy.horizon.at(6), lateness_hours=0.0)
    ledger = {"job": {"contract_revenue": [100 * hours for hours in owed]}}
    return toy, hand.schedule(toy, rows, ledger, contracts=[done], state=state)


def reserved(price: list[float], **terms: Any) -> Worked:
    """1 GPU for 20 h at 100 USD, a tier below 0.95 with 50 % credit; the last hour is not delivered."""
    contract = {
        "kind": "reserved",
        "name": "acme",
        "pools": ["pool"],
        "committed_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
        "tiers": [{"below": 0.95, "credit_share": 0.5}],
    } | terms
    toy = scenario(price, pools=[gpu_pool()], contracts=[contract])
    on = [1] * 19 + [0]
    off = [0] * 19 + [1]
    rows = {
        "site": hand.site(on, price),
        "hall": hand.hall(on),
        "pool": hand.nodes(on, [1] + [0] * 19, off, on, on),
        "acme": hand.gpus(on) | {"committed_gpus": 1, "short_gpus": off},
    }
    ledger = {
        "grid": {"energy": [-p * n for p, n in zip(price, on, strict=True)]},
        "acme": {"contract_revenue": [100 * n for n in on]},
    }
    record = {"start": "2026-01-01T00:00:00", "committed_gpu_hours": 20.0, "delivered_gpu_hours": 19.0}
    state = {
        "pools": {"pool": hand.nodes_state((False, 1, 1))},
        "contracts": {"acme": {"kind": "reserved", "accepted": True, "billing": [record]}},
    }
    judged = hand.report(
        "acme",
        "reserved",
        19,
        billing_start="2026-01-01T00:00:00Z",
        short_gpu_hours=1.0,
        availability=0.95,
        credit_usd=0.0,
    )
    return toy, hand.schedule(toy, rows, ledger, contracts=[judged], state=state)


def reserved_480() -> Worked:
    """Price 40 for 18 h, then 700, 5,000: 19 of 20 hours meet the tier exactly."""
    return reserved([40.0] * 18 + [700.0, 5000.0])


def reserved_1140(**terms: Any) -> Worked:
    """Price 40 for 19 h, then 5,000."""
    return reserved([40.0] * 19 + [5000.0], **terms)
