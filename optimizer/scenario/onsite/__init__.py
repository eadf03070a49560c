"""What makes, stores or buys power beside the grid's energy price: one kind of asset a file, its terms and its state.

The kinds are the fields of `Supply` that list assets (`Supply.kinds`); what a kind hands to the next plan is the field
of the same name in `State`. A new kind is a file here, one line in each of the two, and a file and a line in
`optimizer.model.onsite` and in `optimizer.auditor.onsite`. What else a command has to know of a kind it asks its terms
(`Asset`).
"""

from optimizer.scenario.carbon import Carbon
from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.onsite.asset import Asset
from optimizer.scenario.onsite.battery import Battery, BatteryState
from optimizer.scenario.onsite.generator import Generator, GeneratorState
from optimizer.scenario.onsite.ppa import Ppa
from optimizer.scenario.onsite.renewable import Renewable

__all__ = [
    "Asset",
    "Battery",
    "BatteryState",
    "Carbon",
    "DayAhead",
    "Generator",
    "GeneratorState",
    "Ppa",
    "Renewable",
]
