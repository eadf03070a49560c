"""The state handed to the next plan, and the look-ahead behind the seam."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.auditor import audit
from optimizer.scenario.switching import LONG_AGO_HOURS
from tests.auditor import hand, worked
from tests.toys import group_fleet, mode, scenario


def seam(cut: int, cohorts: list[tuple[str, int, float]], **changes: Any) -> Any:
    """Three groups; up 1, 2, 1, 3 with a warm-up of 2 h; `cut` committed periods; price 50. The stop at hour 2
    is that of the group that was up for long before."""
    before = [("normal", 1, 50.5), ("off", 2, 3.0)]
    state = {"fleets": {"miners": {"groups": hand.groups_state(*before)["groups"], "starts_today": 4}}}
    time = {"committed_periods": cut, "look_ahead_periods": 4 - cut}
    toy = scenario([50] * 4, fleets=[group_fleet(3, warm_up_hours=2.0)], state=state, time=time | changes)
    up = [1, 2, 1, 3]
    warming = [0, 1, 1, 2]
    rows = {
        "site": hand.site(up, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(up),
        "miners": hand.miners(up, [0, 1, 0, 2], [0, 0, 1, 0], groups=3, warming=warming),
    }
    earned = [100 * (n - w) for n, w in zip(up, warming, strict=True)]
    ledger = {"grid": {"energy": [-50 * n for n in up]}, "miners": {"mining_revenue": earned}}
    starts = 4 + sum([0, 1, 0, 2][:cut])
    groups = hand.groups_state(*cohorts, starts_today=starts, it_power_mw=up[cut - 1])
    return toy, hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}})


@pytest.mark.parametrize(
    ("cut", "cohorts", "profit"),
    [
        (1, [("normal", 1, 51.5), ("off", 2, 4)], 50),
        (2, [("normal", 1, 52.5), ("normal", 1, 1), ("off", 1, 5)], 50),
        (3, [("normal", 1, 2), ("off", 1, 6), ("off", 1, 1)], 0),
        (4, [("normal", 2, 1), ("normal", 1, 3)], -50),
    ],
)
def test_cohorts_at_the_seam(cut, cohorts, profit):
    toy, plan = seam(cut, cohorts)
    findings = hand.assert_accepted(toy, plan, profit)
    assert findings.horizon_profit_usd == -50
    assert len(findings.look_ahead_ledger) == len(plan.look_ahead_ledger_rows)
    # Ages count in whole periods: those of the whole periods are as good.
    good = [("normal" if m == "normal" else m, n, float(int(h))) for m, n, h in cohorts]
    hand.assert_accepted(*seam(cut, good))


@pytest.mark.parametrize(
    ("cohorts", "message"),
    [
        ([("normal", 1, 52.5), ("normal", 1, 2), ("off", 1, 5)], "up for 1 periods"),
        ([("normal", 2, 52.5), ("off", 1, 5)], "up for 1 periods"),
        ([("normal", 1, 52.5), ("normal", 1, 1), ("off", 1, 4)], "down for 5 periods"),
        ([("normal", 1, 52.5), ("normal", 1, 1), ("off", 1, 5.3)], "none of them has that age"),
        ([("normal", 1, 52.5), ("normal", 1, 1)], "groups in mode off"),
        ([("normal", 1, 52.5), ("normal", 1, 1), ("off", 2, 5)], "groups in mode off"),
    ],
)
def test_wrong_cohorts(cohorts, message):
    toy, plan = seam(2, cohorts)
    hand.assert_caught(toy, plan, "state", "miners", None)
    assert message in str(audit(toy, plan))


def test_interchangeable_groups_may_be_counted_in_either_mode_and_warming_ones_not():
    """Two old groups, one in normal, one in low; one warming in low."""
    modes = [mode("normal"), mode("low", 0.6, 75)]
    before = [("normal", 1, 9.0), ("normal", 1, 8.0), ("off", 1, 9.0)]
    state = {"fleets": {"miners": {"groups": hand.groups_state(*before)["groups"]}}}
    toy = scenario([50], fleets=[group_fleet(3, modes=modes, warm_up_hours=2.0)], state=state)
    rows = {
        "site": hand.site(2.2, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(2.2),
        "miners": {
            "it_mw": 2.2,
            "hashrate_ph_per_s": 175,
            "groups[normal]": 1,
            "groups[low]": 2,
            "groups[off]": 0,
            "groups_started[normal]": 0,
            "groups_started[low]": 1,
            "groups_stopped": 0,
            "groups_warming": 1,
        },
    }
    ledger = {"grid": {"energy": -110}, "miners": {"mining_revenue": 175}}

    def handed(*cohorts: tuple[str, int, float]) -> Any:
        groups = hand.groups_state(*cohorts, starts_today=1, it_power_mw=2.2)
        return hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}})

    hand.assert_accepted(toy, handed(("normal", 1, 10), ("low", 1, 9), ("low", 1, 1)), 65)
    hand.assert_accepted(toy, handed(("low", 1, 10), ("normal", 1, 9), ("low", 1, 1)), 65)
    wrong = handed(("low", 1, 10), ("low", 1, 9), ("normal", 1, 1))
    assert "warming up in mode low" in hand.assert_caught(toy, wrong, "state", "miners", None, -1).message


def test_a_new_local_day_begins_without_starts():
    cohorts = [("normal", 1, 52.5), ("normal", 1, 1), ("off", 1, 5)]
    toy, plan = seam(2, cohorts, start="2026-01-05T22:00:00")
    hand.assert_caught(toy, plan, "state", "miners", None, 5)
    hand.assert_accepted(toy, hand.set_state(plan, lambda s: s["fleets"]["miners"].update(starts_today=0)))


@pytest.mark.parametrize(
    ("change", "item", "amount"),
    [
        (lambda s: s.update(at="2026-01-05T03:00:00Z"), "state", None),
        (lambda s: s.update(block_height=5.0), "state", None),
        (lambda s: s["fleets"]["miners"].update(starts_today=4), "miners", -1),
        (lambda s: s["fleets"]["miners"].update(it_power_mw=1.0), "miners", -1),
        (lambda s: s["fleets"]["miners"].update(it_power_mw=None), "miners", None),
        (lambda s: s["fleets"].clear(), "miners", None),
        (lambda s: s["pools"].update(other={}), "other", None),
        (lambda s: s["contracts"].update(deal={"kind": "spot"}), "deal", None),
    ],
)
def test_other_fields(change, item, amount):
    toy, plan = seam(2, [("normal", 1, 52.5), ("normal", 1, 1), ("off", 1, 5)])
    hand.assert_caught(toy, hand.set_state(plan, change), "state", item, None, amount)


def test_no_state():
    toy, plan = worked.one_group()
    hand.assert_caught(toy, hand.replace(plan, state=None), "state", "state", None)


def test_nodes_and_kinds():
    toy, plan = worked.spot_nodes()
    old: Any = [{"on": True, "nodes": 1, "hours": 2.0}, {"on": False, "nodes": 1, "hours": LONG_AGO_HOURS}]
    hand.assert_caught(
        toy, hand.set_state(plan, lambda s: s["pools"]["pool"].update(nodes=old)), "state", "pool", None, 1
    )
    wrong = {"contracts": {"spot": {"kind": "reserved", "accepted": True}}}
    spoilt = hand.set_state(plan, lambda s: s.update(wrong))
    assert "is that of a reserved contract" in hand.assert_caught(toy, spoilt, "state", "spot", None).message


def test_contract_rows():
    toy, plan = worked.spot_nodes()
    found = hand.assert_caught(toy, hand.replace(plan, contracts=()), "contracts", "spot", None)
    assert "no contract row" in found.message
    hand.assert_caught(toy, hand.replace(plan, contracts=plan.contracts * 2), "contracts", "spot", None)
    other = plan.contracts[0].model_copy(update={"name": "other"})
    hand.assert_caught(toy, hand.replace(plan, contracts=(*plan.contracts, other)), "contracts", "other", None)
    hand.assert_caught(toy, hand.set_report(plan, 0, delivered_gpu_hours=5.0), "contracts", "spot", None, 1)
    hand.assert_caught(toy, hand.set_report(plan, 0, kind="batch"), "contracts", "spot", None)


def test_a_corruption_behind_the_seam_is_found_too():
    toy, plan = seam(2, [("normal", 1, 52.5), ("normal", 1, 1), ("off", 1, 5)])
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "it_mw", 3, 2.5), "fleet_power", "miners", 3, -0.5)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "energy" and r.start == toy.horizon.starts[3] else r)
    hand.assert_caught(toy, spoilt, "ledger", "grid", 3, 150)
    assert not [v for v in audit(toy, spoilt).violations if v.message.startswith("profit_usd")]
