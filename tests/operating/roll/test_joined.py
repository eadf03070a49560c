"""The days of a roll as one schedule."""

from __future__ import annotations

from optimizer.auditor import audit
from optimizer.operating.roll.joined import _with_sum
from tests.auditor import worked


def test_days_that_do_not_sum_to_the_whole_are_a_violation() -> None:
    findings = audit(*worked.one_group())
    assert _with_sum(findings, 50.0 + 4e-5) is findings
    for days in (51.0, 49.0, 50.0 + 6e-5):
        wrong = _with_sum(findings, days)
        assert not wrong.ok
        (found,) = wrong.violations
        assert (found.rule, found.item, round(found.amount or 0.0, 5)) == ("profit", "schedule", round(days - 50, 5))
