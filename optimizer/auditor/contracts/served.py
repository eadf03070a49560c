"""Which GPUs a contract gets, and whether it is accepted: what all kinds of contract have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from optimizer.auditor.book import WHOLE, Floats, number, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.pools import PoolUse, mw_per_gpu
from optimizer.scenario.contracts import Contract, ContractTerms
from optimizer.scenario.pool import Pool

Terms = TypeVar("Terms", bound=ContractTerms)


@dataclass(frozen=True)
class Served(Generic[Terms]):
    """A contract and the GPUs that run for it."""

    contract: Terms
    accepted: bool
    gpus: Floats
    """GPUs in all, (periods,)."""
    by_pool: dict[str, Floats]
    pools: dict[str, Pool]
    """Its pools."""

    @property
    def name(self) -> str:
        return self.contract.name

    @property
    def most_gpus(self) -> float:
        """GPUs of all its pools."""
        return float(sum(pool.nodes * pool.gpus_per_node for pool in self.pools.values()))


def is_accepted(case: Case, contract: Contract) -> bool:
    """Whether a contract is in force; what the schedule says of it is checked against what may be."""
    state = case.scenario.state.contracts.get(contract.name)
    fixed = None if state is None else state.accepted
    said = next((r.accepted for r in case.schedule.contracts if r.name == contract.name), None)
    if contract.optional and fixed is None:
        return True if said is None else said
    due = True if not contract.optional or fixed is None else fixed
    if said is not None and said != due:
        why = "it is not optional" if not contract.optional else "earlier plans decided on it"
        words = ("declined", "accepted")
        message = f"it is {words[said]}; it has to be {words[due]}, as {why}"
        case.book.add("acceptance", contract.name, None, message)
    return due


def serve(case: Case, contract: Contract, pools: dict[str, Pool], uses: dict[str, PoolUse]) -> Served[Contract]:
    """Read and check a contract's GPUs by pool and their power; they are added to `uses`."""
    rows, book, name = case.rows, case.book, contract.name
    accepted = is_accepted(case, contract)
    own = {pool: pools[pool] for pool in contract.pools if pool in pools}
    by_pool: dict[str, Floats] = {}
    total, power = np.zeros(case.length), np.zeros(case.length)
    tolerance, most_mw = 0.0, 0.0
    for pool_name, pool in own.items():
        gpus = rows.take(name, f"gpus[{pool_name}]")
        capacity = pool.nodes * pool.gpus_per_node
        tolerance += share_of(capacity)
        book.not_negative("range", name, f"gpus[{pool_name}]", gpus, unit="GPUs", tolerance=share_of(capacity))
        _check_unit(case, contract, pool, gpus)
        added = gpus * mw_per_gpu(pool, contract.utilisation)
        most_mw += capacity * mw_per_gpu(pool, contract.utilisation)
        uses[pool_name].gpus += gpus
        uses[pool_name].added_mw += added
        by_pool[pool_name] = gpus
        total += gpus
        power += added
    book.equal("contract_gpus", name, "gpus", rows.take(name, "gpus"), total, unit="GPUs", tolerance=tolerance)
    book.equal(
        "contract_power", name, "IT power", rows.take(name, "it_mw"), power, unit="MW", tolerance=share_of(most_mw)
    )
    if not accepted:
        book.at_most("declined", name, "gpus of the declined contract", total, 0.0, unit="GPUs", tolerance=tolerance)
    return Served(contract, accepted, total, by_pool, own)


def _check_unit(case: Case, contract: Contract, pool: Pool, gpus: Floats) -> None:
    """Whole GPUs or whole nodes, where the contract asks for them."""
    if contract.gpu_unit == "fraction":
        return
    size = 1 if contract.gpu_unit == "gpu" else pool.gpus_per_node
    what = "GPUs" if size == 1 else f"nodes of {size} GPUs"
    count = gpus / size
    off = np.abs(count - np.rint(count))
    for t in np.flatnonzero(off > WHOLE).tolist():
        message = f"gpus[{pool.name}] is {number(gpus[t])}, no whole number of {what}"
        case.book.add("gpu_unit", contract.name, t, message, amount=float(off[t] * size), unit="GPUs")
