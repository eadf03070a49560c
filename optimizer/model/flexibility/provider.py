"""What can change its power when a reserve is called: the parts of fleets, contracts that may be interrupted, and
what is on site (`reserve_parts` of its block).

| part | up: load can drop by | down: load can rise by |
|---|---|---|
| groups past warm-up in mode m | draw in m − least draw asleep | highest draw of an up mode − draw in m |
| GPUs of a contract that may be interrupted, on a pool | what they add to idle power | |
| a battery | discharge limit − discharge | charge limit − charge |

(each × PUE of its hall) and what a MWh called costs [USD/MWh at the meter]:

    up:    revenue lost − what a MWh of import costs        battery: wear (what is called is stored again)
    down:  what a MWh of import costs − revenue gained      battery: nothing
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from optimizer.model.contracts.service import Service
from optimizer.model.desk import PeriodSum
from optimizer.model.machines.fleet import FleetBlock, UpMode
from optimizer.scenario.fleet import Fleet
from solvers.problem import Floats

Way = Literal["up", "down"]

LEAST_MW = 1e-12
"""A group or GPU that could give less gives nothing."""


@dataclass(frozen=True, eq=False)
class Part:
    """Something that can change its power in one way; MW at the meter."""

    provider: str
    """As products name it."""
    label: str
    """As schedules name it."""
    way: Way
    room_mw: PeriodSum
    """Most of all its offers together."""
    most_mw: Floats
    """The room is never more, (periods,)."""
    called_usd_per_mwh: Floats
    """What a MWh called costs, (periods,)."""
    mover: str = ""
    """What a ramp belongs to: the fleet or pool."""
    ramp_mw_per_hour: Floats | None = None
    """The mover's ramp at the meter, (periods,)."""
    hall: str = ""
    """Where it draws more IT power when called."""
    backing_mwh: tuple[PeriodSum, ...] = ()
    """Energy at the meter that offers × duration may not be above."""


class Provider(Protocol):
    """Something on site that offers reserve."""

    def reserve_parts(self) -> Sequence[Part]:
        """What can be called of it."""


def fleet_parts(block: FleetBlock, fleet: Fleet, pue: Floats, import_usd_per_mwh: Floats) -> list[Part]:
    """Groups past warm-up, by mode."""
    modes = block.up_modes
    open_mw = np.stack([np.where(mode.barred, -np.inf, mode.group_mw) for mode in modes])
    highest_mw = open_mw.max(axis=0)
    hashing = np.stack([np.where(mode.barred, -np.inf, mode.group_ph_per_s) for mode in modes])
    best = np.where(open_mw == highest_mw, hashing, -np.inf).argmax(axis=0)
    highest_usd = np.take_along_axis(np.stack([mode.usd_per_hour for mode in modes]), best[None], axis=0)[0]

    def part(mode: UpMode, way: Way, change_mw: Floats, usd_per_hour: Floats) -> Part:
        """`change_mw`, `usd_per_hour`: by how much power and revenue of a group change when called."""
        gives = change_mw > LEAST_MW
        each = np.where(gives, change_mw, 0.0)
        revenue = np.divide(usd_per_hour, each, out=np.zeros_like(each), where=gives)
        room = PeriodSum(len(pue))
        room.add_sum(mode.ready, each)
        return Part(
            provider=fleet.name,
            label=f"{fleet.name} {mode.name}",
            way=way,
            room_mw=room,
            most_mw=block.most_groups * each,
            called_usd_per_mwh=(revenue - import_usd_per_mwh) * (1.0 if way == "up" else -1.0),
            mover=fleet.name,
            ramp_mw_per_hour=_at_meter(fleet.ramp_mw_per_hour, pue),
            hall=fleet.hall,
        )

    ups = [part(m, "up", (m.group_mw - block.asleep_mw) * pue, m.usd_per_hour) for m in modes]
    downs = [part(m, "down", (highest_mw - m.group_mw) * pue, highest_usd - m.usd_per_hour) for m in modes]
    return [*ups, *downs]


def gpu_parts(
    service: Service, pue: Mapping[str, Floats], usd_per_gpu_hour: Floats, import_usd_per_mwh: Floats
) -> list[Part]:
    """GPUs of a contract that may be interrupted, on each of its pools. `pue`: by hall; `usd_per_gpu_hour`: what it
    earns."""
    name, parts = service.terms.name, []
    for pool, gpus in zip(service.pools, service.on_pool, strict=True):
        terms, there = pool.pool, pue[pool.pool.hall]
        each = pool.mw_per_gpu(service.terms.utilisation) * there
        gives = each > LEAST_MW
        each = np.where(gives, each, 0.0)
        lost = np.divide(usd_per_gpu_hour, each, out=np.zeros_like(each), where=gives)
        room = PeriodSum(len(there))
        room.add_sum(gpus, each)
        parts.append(
            Part(
                provider=name,
                label=f"{name} {terms.name}",
                way="up",
                room_mw=room,
                most_mw=pool.gpus_most * each,
                called_usd_per_mwh=lost - import_usd_per_mwh,
                mover=terms.name,
                ramp_mw_per_hour=_at_meter(terms.ramp_mw_per_hour, there),
                hall=terms.hall,
            )
        )
    return parts


def _at_meter(ramp_mw_per_hour: float | None, pue: Floats) -> Floats | None:
    return None if ramp_mw_per_hour is None else ramp_mw_per_hour * pue
