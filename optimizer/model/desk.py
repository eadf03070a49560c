"""The desk that components write on: columns and rows, power draw, dollars, and what to report.

One act writes an objective term and the ledger line of the same dollars (`earn`), so that the ledger sums to
the objective by construction. Named requirements remember which rows say what, in the operator's words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimizer.scenario.horizon import Horizon
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import LedgerKind
from optimizer.schedule.ledger_kind import kinds_of
from optimizer.schedule.vocabulary import Vocabulary, VocabularyError, ledger_kind
from solvers.builder import FloatLike, Index, ProblemBuilder
from solvers.problem import Floats

REVENUE_KINDS = kinds_of("revenue")
"""Ledger kinds whose positive lines are gross revenue, the reference of the gap."""


class PeriodSum:
    """A linear expression for every period: constant(t) + Σ coefficient × column, kept as triplets."""

    def __init__(self, periods: int) -> None:
        self.constant: Floats = np.zeros(periods)
        self._parts: list[tuple[Index, Index, Floats]] = []
        self._wholes: list[tuple[PeriodSum, float]] = []

    def add(self, columns: Index, values: FloatLike, period: npt.NDArray[np.int64] | None = None) -> None:
        """Add terms. Without `period`, the last axis of `columns` is the periods."""
        where = np.arange(len(self.constant)) if period is None else period
        p, c, v = np.broadcast_arrays(where, columns, np.asarray(values, dtype=float))
        self._parts.append((p.ravel(), c.ravel(), v.ravel()))

    def add_constant(self, values: FloatLike) -> None:
        self.constant = self.constant + np.asarray(values, dtype=float)

    def add_sum(self, other: PeriodSum, factor: FloatLike = 1.0) -> None:
        """Add another expression times a factor (a number, or one per period)."""
        period, columns, values = other.triplets()
        scale = np.broadcast_to(np.asarray(factor, dtype=float), self.constant.shape)
        self._parts.append((period, columns, values * scale[period]))
        self.constant = self.constant + other.constant * scale

    def add_whole(self, other: PeriodSum, factor: float) -> None:
        """Add another expression times a factor, which `value` takes of what the other comes to as a whole: in the last
        digit that is not the sum of its terms times the factor each."""
        self._wholes.append((other, factor))

    def triplets(self) -> tuple[npt.NDArray[np.int64], Index, Floats]:
        """(period, column, coefficient) of all terms."""
        wholes = [(p, c, v * factor) for other, factor in self._wholes for p, c, v in (other.triplets(),)]
        return _joined([*self._parts, *wholes])

    def value(self, x: Floats) -> Floats:
        """The expression at a solution, (periods,)."""
        period, columns, values = _joined(self._parts)
        total = np.bincount(period, weights=values * x[columns], minlength=len(self.constant))
        return np.asarray(self.constant + total) + sum(factor * other.value(x) for other, factor in self._wholes)


def _joined(parts: list[tuple[Index, Index, Floats]]) -> tuple[npt.NDArray[np.int64], Index, Floats]:
    empty = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([*(p[0] for p in parts), empty]),
        np.concatenate([*(p[1] for p in parts), empty]),
        np.concatenate([*(p[2] for p in parts), np.zeros(0)]),
    )


LIMIT_WORDS = "allows {allowed} MW {when}, at least {needed} MW are needed"


@dataclass(frozen=True, eq=False)
class Draw:
    """What a fleet or pool draws in its hall.

    `items` counts those of its items that draw power, at most `most`; `least_mw` (periods,) is what the hall
    draws at least where there are any; `always` (periods,) says where there are some whatever the plan; no plan draws
    more than `most_mw` (periods,).
    """

    power_mw: PeriodSum
    items: PeriodSum
    most: float
    least_mw: Floats
    always: npt.NDArray[np.bool_]
    most_mw: Floats


@dataclass(frozen=True, eq=False)
class Requirement:
    """Rows that say one thing an operator knows by name.

    `rows`, `periods` and `allowed` run in parallel. A row's violation times `per_row` is in `unit`; `size` is
    what is large in that unit.
    """

    item: str
    name: str
    unit: str
    rows: Index
    periods: npt.NDArray[np.int64]
    size: float
    words: str
    """What is to be said when it would have to give way: a text with {allowed}, {needed} (more than allowed),
    {amount} (by which it gives way) and {when}."""
    allowed: Floats
    per_row: float
    span: npt.NDArray[np.int64]
    """All periods that the rows speak of, where a row speaks of several."""

    @property
    def full_name(self) -> str:
        """Its name in a sentence: "the import limit", "the ramp of h100"."""
        return f"the {self.name}" if self.item == "site" else f"the {self.name} of {self.item}"


Reader = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class SetPoint:
    """A decision that is published for others to carry out: its value in each period is what they set."""

    item: str
    quantity: str
    amount: PeriodSum
    unit: str
    most: Floats
    """Its largest value, (periods,); the least is 0."""


@dataclass(eq=False)
class Model:
    """Everything that the components have written so far."""

    scenario: Scenario
    horizon: Horizon
    builder: ProblemBuilder = field(init=False)
    draws: dict[str, list[Draw]] = field(default_factory=dict)
    """What draws power in each hall."""
    ledger: dict[tuple[str, str], PeriodSum] = field(default_factory=dict)
    """Dollars by (item, kind)."""
    booked: list[tuple[str, str, Reader]] = field(default_factory=list)
    """(item, kind, how dollars of periods follow from a solution): lines that no column stands for."""
    quantities: list[tuple[str, str, Reader]] = field(default_factory=list)
    """(item, quantity, how to read it from a solution) in the order of reporting."""
    requirements: list[Requirement] = field(default_factory=list)
    set_points: list[SetPoint] = field(default_factory=list)
    switched: list[Index] = field(default_factory=list)
    """Columns that count starts and stops."""
    vocabulary: Vocabulary = field(init=False)
    """The quantities that its items show."""

    def __post_init__(self) -> None:
        self.vocabulary = Vocabulary(self.scenario)
        self.builder = ProblemBuilder(self.horizon.clock_time)

    @property
    def periods(self) -> int:
        return self.horizon.periods

    @cached_property
    def every_period(self) -> Index:
        """All periods, (periods,): what columns and rows are of that there are for each of them."""
        return np.arange(self.periods, dtype=np.int64)

    def sum(self) -> PeriodSum:
        """A new empty expression."""
        return PeriodSum(self.periods)

    def draw(self, hall: str, draw: Draw) -> None:
        """IT power drawn in a hall."""
        self.draws.setdefault(hall, []).append(draw)

    def it_mw(self, hall: str) -> PeriodSum:
        """IT power of a hall, of all that has drawn in it so far."""
        total = self.sum()
        for draw in self.draws.get(hall, []):
            total.add_sum(draw.power_mw)
        return total

    def earn(
        self,
        item: str,
        kind: LedgerKind,
        columns: Index,
        usd: FloatLike,
        period: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Dollars per unit of columns: a term of the objective and of the ledger at once."""
        self._line(item, kind).add(columns, usd, period)
        self._aim(kind, columns, usd)

    def earn_constant(self, item: str, kind: LedgerKind, usd: FloatLike) -> None:
        """Dollars that no decision changes: (periods,) or one number for each period."""
        amounts = np.broadcast_to(np.asarray(usd, dtype=float), (self.periods,))
        self._line(item, kind).add_constant(amounts)
        self.builder.constant(float(amounts.sum()))
        if kind in REVENUE_KINDS:
            self.builder.reference_constant(float(amounts.sum()))

    def earn_sum(self, item: str, kind: LedgerKind, amount: PeriodSum, usd: FloatLike) -> None:
        """Dollars per unit of an expression (`usd`: a number, or one per period)."""
        period, columns, values = amount.triplets()
        rate = np.broadcast_to(np.asarray(usd, dtype=float), (self.periods,))
        self.earn(item, kind, columns, values * rate[period], period)
        self.earn_constant(item, kind, amount.constant * rate)

    def earn_amount(self, item: str, kind: LedgerKind, amount: PeriodSum, usd: float) -> None:
        """As `earn_sum` of an amount without a constant, with a ledger that multiplies what the amount comes to and not
        each of its terms: 96 GPU-hours earn the same to the last digit, be they a column or the difference of two."""
        _, columns, values = amount.triplets()
        self._aim(kind, columns, values * usd)
        self._line(item, kind).add_whole(amount, usd)

    def _aim(self, kind: LedgerKind, columns: Index, usd: FloatLike) -> None:
        """Dollars as a term of the objective, and of the gap's reference."""
        self.builder.cost(columns, usd)
        if kind in REVENUE_KINDS:
            self.builder.reference(columns, usd)

    def weigh(self, amount: PeriodSum, usd: FloatLike) -> None:
        """A term of the objective alone: what it stands for is booked by its rule (`book`)."""
        _, columns, values = amount.triplets()
        self.builder.cost(columns, values * usd)
        self.builder.constant(float((amount.constant * usd).sum()))

    def book(self, item: str, kind: LedgerKind, read: Reader) -> None:
        """Dollars of periods that follow from a solution by a rule. At an optimal solution they are what the terms
        come to that weigh them in the objective; at others the terms may be dearer, never cheaper."""
        self.booked.append((item, ledger_kind(kind), read))

    def dollars(self, x: Floats) -> dict[tuple[str, str], Floats]:
        """Dollars of periods by (item, kind) at a solution."""
        usd = {key: line.value(x) for key, line in self.ledger.items()}
        for item, kind, read in self.booked:
            usd[item, kind] = usd.get((item, kind), 0.0) + read(x)
        return usd

    def show(self, item: str, quantity: str, value: PeriodSum | Reader | Floats) -> None:
        """Report a quantity: an expression, a reading of the solution, or given values. Raises VocabularyError where
        the item's class does not name it (`shows`)."""
        self.vocabulary.quantity(item, quantity)
        if isinstance(value, PeriodSum):
            self.quantities.append((item, quantity, value.value))
        elif isinstance(value, np.ndarray):
            self.quantities.append((item, quantity, _constantly(value)))
        else:
            self.quantities.append((item, quantity, value))

    def set_point(self, item: str, quantity: str, amount: PeriodSum, most: FloatLike) -> None:
        """Report a quantity that is a set-point; see `SetPoint`. Raises VocabularyError where the item's class does not
        name it as one."""
        self.show(item, quantity, amount)
        word = self.vocabulary.quantity(item, quantity)
        if not word.set_point:
            raise VocabularyError(f"{word.label} of {item} is no set-point")
        limits = np.array(np.broadcast_to(np.asarray(most, dtype=float), (self.periods,)))
        self.set_points.append(SetPoint(item, quantity, amount, word.unit, limits))

    def limit(
        self,
        amount: PeriodSum,
        lower: FloatLike,
        upper: FloatLike,
        periods: npt.NDArray[np.int64] | None = None,
        *,
        owner: str,
        symbol: str,
        part: str = "",
    ) -> Index:
        """Rows lower ≤ amount(t) ≤ upper for all periods, or for the given ones. `owner`, `symbol`, `part`: what the
        rows are called, see `solvers.labels`."""
        period, columns, values = amount.triplets()
        which = self.every_period if periods is None else periods
        shift = amount.constant[which]
        low, high = np.asarray(lower) - shift, np.asarray(upper) - shift
        rows = self.builder.rows(len(which), low, high, owner=owner, symbol=symbol, part=part, period=which)
        row_of = np.full(self.periods, -1, dtype=np.int64)
        row_of[which] = rows
        inside = row_of[period] >= 0
        self.builder.add(row_of[period][inside], columns[inside], values[inside])
        return rows

    def require(
        self,
        item: str,
        name: str,
        unit: str,
        rows: Index,
        words: str,
        *,
        size: float,
        periods: npt.NDArray[np.int64] | None = None,
        allowed: FloatLike = 0.0,
        per_row: float = 1.0,
        span: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Remember what rows say, for the explanation of a plan that cannot be; see `Requirement`."""
        which = np.arange(len(rows)) if periods is None else periods
        limits = np.array(np.broadcast_to(np.asarray(allowed, dtype=float), which.shape))  # kept: its owner may go on
        self.requirements.append(
            Requirement(
                item, name, unit, rows, which, max(size, 1e-9), words, limits, per_row, which if span is None else span
            )
        )

    def _line(self, item: str, kind: LedgerKind) -> PeriodSum:
        return self.ledger.setdefault((item, ledger_kind(kind)), self.sum())


def _constantly(values: Floats) -> Reader:
    return lambda _x: values


def windows(periods: int, length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All pairs (t, i) with t − length < i ≤ t and i ≥ 0: the sums over the last `length` periods."""
    back = np.arange(min(length, periods))
    t = np.repeat(np.arange(periods), len(back))
    i = t - np.tile(back, periods)
    return t[i >= 0], i[i >= 0]
