"""The periods in which a job may run, and columns and rows for them alone."""

from __future__ import annotations

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.desk import Model, PeriodSum
from solvers.builder import FloatLike, Index
from solvers.problem import Floats


class Window:
    """Writes a job's columns and rows, under its name."""

    def __init__(self, model: Model, job: Job) -> None:
        self._model, self.job, self._owner = model, job, job.terms.name
        self.periods = np.flatnonzero(job.allowed)
        """(n,): those wholly between release and hard end, without a gap."""

    def __len__(self) -> int:
        return len(self.periods)

    @property
    def hours(self) -> float:
        """Hours of a period."""
        return self._model.horizon.hours

    @property
    def behind(self) -> Index:
        """Periods of the horizon behind the window."""
        return np.arange(self.periods[-1] + 1 if len(self) else 0, self._model.periods)

    @property
    def first(self) -> Floats:
        """1 in the first period, (n,)."""
        return np.asarray(self.periods == self.periods[:1], dtype=float)

    def sum(self) -> PeriodSum:
        """A new empty expression of the horizon's periods."""
        return self._model.sum()

    def columns(self, symbol: str, upper: FloatLike = 1.0, *, integer: bool = False) -> Index:
        """A column for each period (n,), at least 0."""
        return self._columns(symbol, self.periods, upper, integer)

    def rising(self, symbol: str, upper: Floats) -> Index:
        """Columns (n,) that rise from 0 to at most `upper` (n,), the last one whole."""
        before = self._columns(symbol, self.periods[:-1], upper[:-1], False)
        columns = np.concatenate([before, self._columns(symbol, self.periods[-1:], upper[-1:], True)])
        rows = self.rows(f"{symbol} rises", 0.0, np.inf, begin=1)
        self.add(rows, columns[1:], 1.0)
        self.add(rows, columns[:-1], -1.0)
        return columns

    def _columns(self, symbol: str, periods: Index, upper: FloatLike, integer: bool) -> Index:
        return self._model.builder.columns(
            len(periods), 0.0, upper, integer=integer, owner=self._owner, symbol=symbol, period=periods
        )

    def rows(self, symbol: str, lower: FloatLike, upper: FloatLike, *, begin: int = 0) -> Index:
        """A row for each period from the `begin`-th on, (n − begin,)."""
        which = self.periods[begin:]
        return self._model.builder.rows(len(which), lower, upper, owner=self._owner, symbol=symbol, period=which)

    def limit(self, symbol: str, amount: PeriodSum, lower: FloatLike, upper: FloatLike) -> None:
        """Rows lower ≤ amount(t) ≤ upper for the window's periods."""
        self._model.limit(amount, lower, upper, self.periods, owner=self._owner, symbol=symbol)

    def one_column(self, symbol: str, upper: float = np.inf, *, integer: bool = False) -> Index:
        """A column of no period, (1,)."""
        return self._model.builder.columns(1, 0.0, upper, integer=integer, owner=self._owner, symbol=symbol)

    def one_row(self, symbol: str, lower: float, upper: float) -> Index:
        """A row of no period, (1,)."""
        return self._model.builder.rows(1, lower, upper, owner=self._owner, symbol=symbol)

    def add(self, rows: Index, columns: Index, values: FloatLike) -> None:
        """Coefficients; see `solvers.ProblemBuilder.add`."""
        self._model.builder.add(rows, columns, values)
