"""The kinds of charge of a tariff: the one list of what a utility's bill is made of.

A new kind is terms in `optimizer.scenario.tariff`, an entry here, its rule in `optimizer.tariff.rule` (what a month
costs), its columns and dollars in `optimizer.model.bill`, and both once more in `optimizer.auditor.bill`. Its dollars
in a ledger are a `LedgerKind` of the group `bill`. `tests/test_charge_kinds.py` takes every kind through the model's
bill, `tariff bill`, the audit and the report, and fails where one of them leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizer.scenario.tariff import BillLine, Tariff

Line = BillLine | Literal["tax"]


@dataclass(frozen=True)
class ChargeKind:
    """A line of a month's bill."""

    line: Line
    place: str
    """The field of `Tariff` that says it."""
    words: str
    """What the line is called in a report."""
    ledger: tuple[str, ...]
    """The kinds of its dollars in a plan's ledger."""
    counted: str = ""
    """What several of `place` are called, for the overview; empty where there is one."""
    below_minimum: bool = False
    """Whether it counts towards the minimum charge."""
    credit: bool = False
    """Whether it is paid to the site: a month's bill so far leaves it out."""

    @property
    def field(self) -> str:
        """Its dollars in the record of a month's bill."""
        return f"{self.line}_usd"


CHARGES: tuple[ChargeKind, ...] = (
    ChargeKind("energy", "energy", "energy", ("energy",), "energy periods", below_minimum=True),
    ChargeKind("demand", "demand", "demand", ("demand", "ratchet"), "demand charges", below_minimum=True),
    ChargeKind("coincident", "coincident", "coincident peaks", ("coincident_peak",), "coincident charges"),
    ChargeKind("fixed", "fixed", "fixed", ("fixed",), below_minimum=True),
    ChargeKind("minimum", "minimum", "minimum", ("minimum",)),
    ChargeKind("export", "energy", "export", ("export",), credit=True),
    ChargeKind("tax", "taxes", "tax", ("tax",), "taxes"),
)
"""In the order of a bill."""


def counts_of(tariff: Tariff) -> list[str]:
    """How many charges of each kind a tariff has, in words, of those that it has several of."""
    return [
        f"{len(charges)} {kind.counted}"
        for kind in CHARGES
        if kind.counted and (charges := getattr(tariff, kind.place))
    ]
