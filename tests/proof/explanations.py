"""Explanations: scenarios that one known edit makes infeasible; the edited requirement has to be named.

Among at most three clashes, with the period in which it is first violated and the amount within 1 %. Seeds 0 … 199.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from optimizer.insight.clash import MOST_NAMED, clashes
from optimizer.planning.plan import plan_and_audit
from tests.figure import Figure
from tests.proof._edits import Edited, edited

CASES, QUICK_CASES = 200, 60
CLOSE = 0.01


def figures(quick: bool) -> Iterator[Figure]:
    seeds = range(QUICK_CASES if quick else CASES)
    named, faulty = 0, 0
    for seed in seeds:
        case = edited(seed)
        fault = fault_of(case)
        faulty += fault is not None
        missed = None if fault else missed_in(case)
        named += fault is None and missed is None
        if fault or missed:
            print(f"explanations: seed {seed}, {case.kind}: {fault or missed}", file=sys.stderr)
    yield Figure("explanations: scenarios that are not feasible before, infeasible after", faulty, "", 0)
    yield Figure(f"explanations: edits named of {len(seeds)}", 100.0 * named / len(seeds), "%", 95.0, at_least=True)


def fault_of(case: Edited) -> str | None:
    """What is wrong with the case itself: it has to be feasible before the edit, and infeasible after it."""
    before, findings = plan_and_audit(case.before, gap=0.1)
    if before.profit_usd is None or not findings.ok:
        return f"before the edit it is {before.outcome.status}; {findings}"
    after, _ = plan_and_audit(case.after, gap=0.1)
    return None if after.outcome.status == "infeasible" else f"after the edit it is {after.outcome.status}"


def missed_in(case: Edited) -> str | None:
    """What the explanation misses; None where it names the edit."""
    found = clashes(case.after)
    mine = [c for c in found if (c.item, c.requirement) == (case.item, case.requirement)]
    right = [c for c in mine if c.start == case.start and abs(c.amount - case.amount) <= CLOSE * case.amount]
    if right and len(found) <= MOST_NAMED:
        return None
    said = "; ".join(f"{c.item}/{c.requirement} from {c.start} by {c.amount:.6g} (side {c.side})" for c in found)
    return (
        f"{case.item}/{case.requirement} from {case.start} by {case.amount:.6g} is wanted, said is: {said or 'nothing'}"
    )
