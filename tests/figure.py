"""One measured figure beside what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure of which at most (or, with `at_least`, at least) so much is asked."""

    name: str
    measured: float
    unit: str
    asked: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.asked if self.at_least else self.measured <= self.asked

    def __str__(self) -> str:
        sign, word = "≥" if self.at_least else "≤", "met" if self.met else "MISSED"
        return f"{self.name:66} {self.measured:10.6g} {self.unit:4} asked {sign} {self.asked:<8.6g} {word}"
