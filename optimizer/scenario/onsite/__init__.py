"""What makes, stores or buys power on site: one kind of asset a file, its terms and its state.

A new kind, say a turbine, is

    optimizer/scenario/onsite/turbine.py    Turbine(Asset), and TurbineState where it hands something to the next plan
    optimizer/model/onsite/turbine.py       TurbineBlock(AssetBlock): its columns, rows and dollars
    optimizer/auditor/onsite/turbines.py    its rules and dollars once more, from the schedule alone

and one line each: the field `turbines` of `Supply`, which is the list of kinds (`Supply.kinds`), the field of the same
name in `State` where it has a state, and `"turbines"` in the tables `KINDS` of `optimizer.model.onsite` and
`optimizer.auditor.onsite`. Nothing else knows the kinds: what a command needs to know it asks the terms (`Asset`), the
block (`AssetBlock`) or the audit's findings (`AssetFindings`).

| asked of the terms | by |
|---|---|
| `check`, `check_state`, `durations` | loading and notes: faults of terms and state, hours that are rounded up |
| `begun` | the model and the audit: the state, where nothing has happened yet |
| `ways_held` | overrides: how it can be held by hand |
| `offers_reserve` | reserve products: whether it may be a provider |
| `with_acceptance`, `settled`, `with_end_stated` | `settle`, `replan`, `roll`: the scenarios that they plan |
| `most_taken_mw`, `most_made_mw`, `most_given_mw` | the meter, and a carbon cap over all days |
| `may_have_to_run`, `least_usd_per_mwh`, `at_market_price` | binaries of batteries and export; tariffs' energy rates |
| `word`, `shows`, `summary`, `columns`, `costs_power`, `intricate` | messages, schedule, reports, figures, ties |

`word` and `shows` have no default. `tests/test_asset_kinds.py` takes every kind through every command, and one of its
own that the package does not have (`optimizer.scenario.kinds.asset_kind`).
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
