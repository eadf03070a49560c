"""What all kinds of contract have in common: GPUs by pool, and the power that they add."""

from __future__ import annotations

from tests.auditor import hand, worked


def test_power_is_held_to_a_share_of_what_its_pools_could_add():
    # 16 GPUs of 0.1 MW: a millionth of 1.6 MW.
    toy, plan = worked.spot_nodes()
    hand.assert_accepted(toy, hand.set_row(plan, toy, "spot", "it_mw", 0, 0.4 + 1e-6), 20)
    hand.assert_caught(toy, hand.set_row(plan, toy, "spot", "it_mw", 0, 0.4 + 1e-5), "contract_power", "spot", 0)
