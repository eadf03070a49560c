"""The rows of one override: what an item that is held by hand writes, so that what cannot be held is explained."""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.scenario.overrides import Override
from solvers.builder import FloatLike, Index

NAME = "override"


class OverrideRows:
    """An override in the model: how its item is held, and the rows that hold it."""

    def __init__(self, model: Model, override: Override, periods: Index) -> None:
        """`periods`: those that its window touches."""
        self._model, self._item, self._periods = model, override.item, periods
        self.hold, self.power_mw = override.hold, override.power_mw

    def within(self, amount: PeriodSum, lower: FloatLike, upper: FloatLike, unit: str, size: float, words: str) -> None:
        """Keep lower ≤ amount ≤ upper in the override's periods; limits are numbers, or one per period."""
        if not len(self._periods):
            return
        low, high = (np.broadcast_to(limit, (self._model.periods,))[self._periods] for limit in (lower, upper))
        rows = self._model.limit(amount, low, high, self._periods, owner=self._item, symbol=NAME)
        self._model.require(self._item, NAME, unit, rows, words, size=size, periods=self._periods)

    def at_power(self, amount: PeriodSum, size_mw: float, slack_mw: float = 0.0) -> None:
        """Keep the power that is asked for (held off: none), as near as the slack says."""
        power_mw = self.power_mw or 0.0
        words = f"holds it at {power_mw:.6g} MW {{when}}, it has to be {{amount}} MW off that"
        if slack_mw:
            words = (
                f"holds it within {slack_mw:.6g} MW of {power_mw:.6g} MW {{when}}, "
                "it has to be {amount} MW further off"
            )
        self.within(amount, power_mw - slack_mw, power_mw + slack_mw, "MW", size_mw, words)
