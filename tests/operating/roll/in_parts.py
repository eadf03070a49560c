"""A small scenario planned in parts, each settled, its state handed to the next, all joined and audited as one."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.operating.roll.day import do_day
from optimizer.operating.roll.days import Days
from optimizer.operating.roll.joined import Rolled, join
from optimizer.planning.how import HowToSolve
from optimizer.scenario.contracts import Batch, BatchState
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import ScheduleRecord
from optimizer.schedule.as_json import record_in


class InMemory:
    """Stands for the folder of a roll."""

    def __init__(self) -> None:
        self.days: list[ScheduleRecord] = []

    def settled(self) -> list[ScheduleRecord]:
        return self.days


def in_parts(scenario: Scenario, seams: Sequence[int], look_ahead: int = 0, gap: float = 1e-9) -> Rolled:
    """Plan the parts between the seams (first and last period included), each with so many periods behind it."""
    whole, last = scenario, seams[-1]
    time = scenario.time.model_copy(
        update={"committed_periods": last, "committed_days": None, "look_ahead_days": None}
        | {"look_ahead_periods": scenario.horizon.periods - last or None}
    )
    whole = scenario.model_copy(update={"time": time})
    ends = tuple(min(seam + look_ahead, whole.horizon.periods) for seam in seams[1:])
    days, how, kept, records = Days(whole, tuple(seams), ends), HowToSolve(gap=gap), InMemory(), []
    state = whole.state
    for index in range(days.count):
        record, settled = do_day(days, index, state, how)
        assert settled.state is not None
        state = settled.state
        kept.days.append(record_in(settled.to_json()))
        records.append(record)
    return join(days, how, kept, records)  # type: ignore[arg-type]


def with_accruals(scenario: Scenario) -> Scenario:
    """The scenario whose jobs have accrued their payment on completion for the work that they have done before, as the
    plans that did the work would have."""
    contracts = dict(scenario.state.contracts)
    for terms in scenario.contracts:
        before = contracts.get(terms.name)
        if isinstance(before, BatchState) and isinstance(terms, Batch):
            share = before.done_gpu_hours / terms.gpu_hours
            contracts[terms.name] = before.model_copy(update={"completion_accrued_usd": terms.completion_usd * share})
    state = scenario.state.model_copy(update={"contracts": contracts})
    return scenario.model_copy(update={"state": state})


def with_plant(scenario: Scenario) -> Scenario:
    """The scenario with a battery, a demand charge with a ratchet, a fixed charge and a reserve on top."""
    supply = {
        "batteries": [
            {
                "name": "store",
                "charge_limit_mw": 1.0,
                "discharge_limit_mw": 1.0,
                "energy_mwh": 2.0,
                "charge_efficiency": 0.9,
                "discharge_efficiency": 0.9,
                "wear_usd_per_mwh": 1.0,
                "start_energy_mwh": 0.5,
            }
        ],
        "tariff": {
            "name": "tariff",
            "demand": [
                {
                    "name": "flat",
                    "tiers": [{"rate_usd_per_kw": 0.01}],
                    "ratchet": {"share": 0.8, "look_back_months": 3},
                }
            ],
            "fixed": {"usd_per_month": 7.0},
            "taxes": [{"name": "city", "percent": 5.0, "lines": ["demand", "fixed"]}],
        },
        "reserves": [
            {
                "name": "spin",
                "price_usd_per_mw_h": 3.0,
                "providers": ["store"],
                "response_minutes": 10.0,
                "duration_hours": 0.5,
                "max_mw": 1.0,
                "deployment_share": 0.1,
            }
        ],
    }
    document = scenario.model_dump(mode="json", exclude_unset=True)
    document["supply"] |= supply
    return Scenario.model_validate(document)
