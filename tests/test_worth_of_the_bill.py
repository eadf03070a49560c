"""What it is worth to know the whole bill: the figures that scenarios/README.md tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimizer import load, plan, settle
from optimizer.scenario.state import TariffState

ROOT = Path(__file__).resolve().parents[1]


def told() -> list[float]:
    """The dollars in the section of scenarios/README.md, in the order in which they stand there."""
    text = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")
    section = text.split("## What the whole bill is worth")[1].split("```")[0]
    return [float(n.replace(",", "").replace("−", "-")) for n in re.findall(r"−?\d+,\d{3}", section)]


def test_knowing_the_bill_is_worth_what_the_page_says() -> None:
    scenario = load(ROOT / "scenarios" / "last-day-of-july")
    supply = scenario.supply.model_copy(update={"tariff": None, "expected_peaks": ()})
    state = scenario.state.model_copy(update={"tariff": TariffState()})
    knowing = plan(scenario)
    blind = plan(scenario.model_copy(update={"supply": supply, "state": state}))
    billed = settle(scenario, blind)
    assert knowing.profit_usd is not None and billed.profit_usd is not None
    paid = billed.ledger_by_kind["coincident_peak"] - knowing.ledger_by_kind["coincident_peak"]
    measured = [
        knowing.profit_usd,
        blind.profit_usd,
        billed.profit_usd,
        knowing.profit_usd - billed.profit_usd,
        -paid,
        -billed.ledger_by_kind["demand"],
    ]
    assert told() == pytest.approx(measured, rel=0.01)
    # Settling a plan on the scenario that it was made of changes nothing.
    assert settle(scenario, knowing).profit_usd == pytest.approx(knowing.profit_usd, rel=1e-9)
