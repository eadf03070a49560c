"""What the audit found: violations in an operator's words, and the audit's own ledger and profit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from optimizer.schedule import LedgerRow, MonthBill

MOST_SHOWN = 200
"""Violations that `str()` of the findings spells out."""


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a schedule."""

    rule: str
    """Name of the rule that is broken, e.g. `min_up`, `ledger`."""
    item: str
    """Fleet, pool, hall, contract, `site`, `schedule`, …"""
    start: str | None
    """ISO start of the period at fault (local, with offset); None where no single period is."""
    amount: float | None
    """By how much, in `unit`; None where there is no such number."""
    unit: str
    message: str
    """The whole finding in a sentence."""

    def __str__(self) -> str:
        place = f"{self.item} at {self.start}" if self.start else self.item
        return f"{place}: {self.message} [{self.rule}]"

    def to_dict(self) -> dict[str, Any]:
        """The violation as a JSON object."""
        return {
            "rule": self.rule,
            "item": self.item,
            "start": self.start,
            "amount": self.amount,
            "unit": self.unit,
            "message": self.message,
        }


LedgerKey = tuple[str, str, str]
"""(ISO start of the period, item, kind)."""


@dataclass(frozen=True)
class Findings:
    """The audit's answer about one schedule."""

    violations: tuple[Violation, ...]
    profit_usd: float | None
    """The audit's own profit of the committed part; None where the schedule has no solution."""
    horizon_profit_usd: float | None
    """The same of the whole horizon, look-ahead included."""
    ledger_rows: tuple[LedgerRow, ...] = ()
    """The audit's own ledger of the committed part: its lines that are not zero."""
    look_ahead_ledger_rows: tuple[LedgerRow, ...] = ()
    bills: tuple[MonthBill, ...] = ()
    """With a tariff: the audit's own bill so far of each month that the committed part touches."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations

    @cached_property
    def ledger(self) -> Mapping[LedgerKey, float]:
        """USD of the committed part by (ISO start, item, kind), as the audit recomputed it."""
        return _by_key(self.ledger_rows)

    @cached_property
    def look_ahead_ledger(self) -> Mapping[LedgerKey, float]:
        """The same of the look-ahead."""
        return _by_key(self.look_ahead_ledger_rows)

    def to_dict(self) -> dict[str, Any]:
        """The findings as a JSON object; the ledger is left out."""
        return {
            "ok": self.ok,
            "profit_usd": self.profit_usd,
            "horizon_profit_usd": self.horizon_profit_usd,
            "violations": [violation.to_dict() for violation in self.violations],
        }

    def __str__(self) -> str:
        if self.profit_usd is None:
            profit = "there is no plan to settle"
        else:
            profit = f"profit recomputed {self.profit_usd:,.2f}"
        if self.ok:
            return f"audit: all rules kept; {profit}"
        count = "1 violation" if len(self.violations) == 1 else f"{len(self.violations)} violations"
        lines = [f"audit: {count}; {profit}", *(f"  {v}" for v in self.violations[:MOST_SHOWN])]
        if len(self.violations) > MOST_SHOWN:
            lines.append(f"  … and {len(self.violations) - MOST_SHOWN} more")
        return "\n".join(lines)


def _by_key(rows: tuple[LedgerRow, ...]) -> Mapping[LedgerKey, float]:
    iso: dict[int, str] = {}
    table: dict[LedgerKey, float] = {}
    for row in rows:
        start = iso.get(id(row.start)) or iso.setdefault(id(row.start), row.start.isoformat())
        table[start, row.item, row.kind] = row.usd
    return MappingProxyType(table)
