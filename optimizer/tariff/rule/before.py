"""What is known beside a load: of the time before it, and of what its months see anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.scenario.state import OpenInterval

ByCharge = Mapping[tuple[str, int], float]
"""By name of a demand charge and month (months since the year 0)."""


@dataclass(frozen=True)
class Before:
    """Everything is zero or absent unless it is given.

    `peak_kw`: highest demand in a charge's windows, of the months that the load goes on with. `look_back_kw`: highest
    demand in the windows that its ratchet looks back to, of these and of earlier months. `expected_kw`: demand that a
    month is expected to see whatever the load does. By month: `highest_kw`, demand of any hour, and `energy`, in units
    of the load's power × hours. `open_intervals`: metering intervals under way as the load begins, by charge.
    """

    peak_kw: ByCharge = field(default_factory=dict)
    look_back_kw: ByCharge = field(default_factory=dict)
    expected_kw: ByCharge = field(default_factory=dict)
    highest_kw: Mapping[int, float] = field(default_factory=dict)
    energy: Mapping[int, float] = field(default_factory=dict)
    open_intervals: Mapping[str, OpenInterval] = field(default_factory=dict)
