"""What an operator sees of reserves and demand response."""

from __future__ import annotations

import re

from rich.console import Console

from optimizer import audit, plan
from optimizer.report.table import print_plan
from tests.model.flexibility.reserves import event, flexible, product
from tests.toys import group_fleet


def test_offers_reductions_and_what_they_earn_are_shown() -> None:
    # Both groups offer, but in the second hour one of them is off for the event: 2 and 1 MW; called a tenth of the time
    # each MWh loses 50 and earns 10 an hour.
    given = flexible(
        [50, 50],
        fleets=[group_fleet(2)],
        reserves=[product(deployment_share=0.1)],
        demand_response=[event(1, 2, 2.0)],
    )
    schedule = plan(given)
    console = Console(width=120, force_terminal=False, color_system=None)
    with console.capture() as captured:
        print_plan(console, given, schedule, audit(given, schedule))
    text = captured.get()
    header, *rows = (line.split() for line in text.splitlines()[1:4])
    offered, reduced = header.index("reserve"), header.index("reduced")
    assert [(row[offered], row[reduced]) for row in rows] == [("2.00", "-"), ("1.00", "1.00")]
    assert re.search(r"reserve: +ecrs: 1\.5 MW offered on average, 15\.00 USD, what calls are expected", text)
    assert re.search(r"event: +event: 1 MWh reduced, 100\.00 USD", text)
    totals = dict(re.findall(r"^(reserve|demand response) +([\d.]+) *$", text, re.MULTILINE))
    assert totals == {"reserve": "15.00", "demand response": "100.00"}
