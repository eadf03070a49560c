"""What the rest of the program asks of a contract in the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from optimizer.model.contracts.service import Service
from optimizer.model.desk import Requirement
from optimizer.scenario.contracts import ContractSoFar
from optimizer.schedule import ContractReport
from solvers.problem import Floats


class ContractBlock(ABC):
    """A contract of some kind, written onto the model by its constructor: called with (model, terms, pools)."""

    priority: ClassVar[int]
    """By the rules of thumb, contracts of a lower number have their GPUs first."""
    service: Service
    """Its acceptance, its GPUs, its terms."""

    @abstractmethod
    def tidy(self, x: Floats) -> None:
        """Put x (columns,) in the form that the rules define, in place."""

    @abstractmethod
    def report(self, x: Floats) -> list[ContractReport]:
        """What becomes of the contract in the committed part."""

    @abstractmethod
    def state(self, x: Floats) -> ContractSoFar:
        """The contract after the committed part."""

    @abstractmethod
    def wanted(self, room: Floats, power_usd: Floats) -> Floats:
        """GPUs that it is to have by the rules of thumb, (periods,), at most `room`. `power_usd`: what a GPU-hour costs
        in power on the dearest of its pools, (periods,)."""

    def by_rule(self, room: Mapping[str, Floats], power_usd: Floats) -> dict[str, Floats]:
        """The same by pool, from the `room` that each still has, (periods,): the first of its pools first."""
        left = self._wanted(room, power_usd)
        taken = {}
        for pool in self.service.terms.pools:
            taken[pool] = np.minimum(left, room[pool])
            left = left - taken[pool]
        return taken

    def _wanted(self, room: Mapping[str, Floats], power_usd: Floats) -> Floats:
        if self.service.declined:
            return np.zeros_like(power_usd)
        return self.wanted(np.sum([room[pool] for pool in self.service.terms.pools], axis=0), power_usd)

    @property
    def interrupted_usd_per_gpu_hour(self) -> Floats | None:
        """What a GPU-hour earns that a call on reserve interrupts, (periods,); None where it offers no reserve."""
        return None

    def explain(
        self, requirement: Requirement, amount: float, x: Floats, others: Sequence[Requirement]
    ) -> tuple[int, str] | None:
        """What is said where one of its requirements gives way by `amount` in the solution x, and the first period in
        which it shows; None where the requirement's own words say it. `others`: what could give way in its place."""
        return None
