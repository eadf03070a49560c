"""The kinds of dollars in a ledger (domain section 9): what each is, and which side it stands on.

Every dollar is a line of one of them; income is positive, cost negative. A new kind is an entry here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from optimizer.scenario.quantity import Sign

Group = Literal["revenue", "meter", "bill", "market", "running"]
"""`revenue`: what work earns, whose positive lines are gross revenue, the reference of the gap. `meter`: power bought
and sold at the meter. `bill`: the utility's tariff beside energy. `market`: settled beside the meter. `running`: what
contracts and machines cost."""


class LedgerKind(StrEnum):
    """What a line of the ledger is about; its value is the word in files."""

    group: Group
    sign: Sign
    """`NOT_NEGATIVE`: income; `NOT_POSITIVE`: a cost; `EITHER`: prices or corrections may turn it round."""
    meaning: str

    def __new__(cls, word: str, group: Group, sign: Sign, meaning: str) -> LedgerKind:
        kind = str.__new__(cls, word)
        kind._value_ = word
        kind.group, kind.sign, kind.meaning = group, sign, meaning
        return kind

    MINING_REVENUE = "mining_revenue", "revenue", Sign.NOT_NEGATIVE, "hashrate at the hashprice, less the pool's fee"
    CONTRACT_REVENUE = "contract_revenue", "revenue", Sign.EITHER, "GPU-hours at the contract's price"
    COMPLETION = "completion", "revenue", Sign.EITHER, "paid for a finished job; accrued, and taken back where it fails"
    SERVICE_CREDIT = "service_credit", "running", Sign.EITHER, "change of the credit expected for missed availability"
    SHORTFALL_PENALTY = "shortfall_penalty", "running", Sign.NOT_POSITIVE, "GPU-hours owed and not delivered"
    LATENESS_PENALTY = "lateness_penalty", "running", Sign.NOT_POSITIVE, "hours from a job's deadline until it is done"
    ENERGY = "energy", "meter", Sign.EITHER, "energy taken from the grid, losses included"
    ADDERS = "adders", "meter", Sign.EITHER, "what is charged per MWh beside the energy price"
    EXPORT = "export", "meter", Sign.EITHER, "energy given to the grid"
    CARBON = "carbon", "meter", Sign.NOT_POSITIVE, "emissions of imported energy at their price"
    DEMAND = "demand", "bill", Sign.EITHER, "what the plan adds to a month's demand charge"
    RATCHET = "ratchet", "bill", Sign.EITHER, "what this month's peaks make later months pay at least"
    COINCIDENT_PEAK = "coincident_peak", "bill", Sign.EITHER, "imports in hours that may set the system's peak"
    FIXED = "fixed", "bill", Sign.EITHER, "charged whatever is used"
    MINIMUM = "minimum", "bill", Sign.NOT_POSITIVE, "what the month is short of the least that is billed"
    TAX = "tax", "bill", Sign.EITHER, "shares of other lines of the bill"
    PPA = "ppa", "market", Sign.EITHER, "power of a purchase agreement, or its difference settled in money"
    DAY_AHEAD_SETTLEMENT = "day_ahead_settlement", "market", Sign.EITHER, "position × (energy price − day-ahead price)"
    RESERVE = "reserve", "market", Sign.EITHER, "capacity sold, less what its use is expected to cost"
    DEMAND_RESPONSE = "demand_response", "market", Sign.EITHER, "paid reductions, less penalties for missing ones"
    FUEL = "fuel", "running", Sign.EITHER, "fuel of generators"
    START = "start", "running", Sign.NOT_POSITIVE, "starts of groups, nodes and generators"
    RUNNING_COST = "running_cost", "running", Sign.NOT_POSITIVE, "upkeep of machines that are on"
    DEPRECIATION_BY_USE = "depreciation_by_use", "running", Sign.NOT_POSITIVE, "wear of machines that are on"
    BATTERY_WEAR = "battery_wear", "running", Sign.NOT_POSITIVE, "wear per MWh discharged"


def kinds_of(*groups: Group) -> frozenset[LedgerKind]:
    """The kinds of these groups."""
    return frozenset(kind for kind in LedgerKind if kind.group in groups)
