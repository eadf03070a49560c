"""What can be offered as reserve, part by part, and what a call on it loses (section 6).

A part is a mode of a fleet, a pool of a contract that may be interrupted, or something on site, in one direction; MW
are at the meter. Called, a MWh of it costs [USD]: up, the revenue lost less what import saves; down, what import costs
less the revenue gained.
What is on site says so itself (`AssetFindings.reserve_parts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.auditor.book import Floats
from optimizer.auditor.case import Case
from optimizer.auditor.contracts.served import Served
from optimizer.auditor.fleets import FleetFindings
from optimizer.auditor.pools import mw_per_gpu
from optimizer.scenario.contracts import Contract
from optimizer.scenario.fleet import Mode
from optimizer.scenario.series import align

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Part:
    """What one part may offer to all products together; arrays are (periods,)."""

    label: str
    """Its name in the rows' quantities."""
    provider: str
    direction: Direction
    source: str
    """What it can offer, for messages."""
    most_mw: Floats
    capacity_mw: float
    """The most that it could ever offer: what tolerances are taken of."""
    called_usd_per_mwh: Floats
    ramped: str
    """Fleet or pool whose ramp limits it."""
    ramp_mw_per_hour: Floats | None
    """That ramp at the meter."""


@dataclass(frozen=True)
class Backing:
    """Energy that has to stand behind all offers of a provider in one direction, for their products' durations."""

    direction: Direction
    limit_name: str
    efficiency: float
    """Energy in store per energy at the meter."""
    limit_mwh: Floats
    """(periods,)."""
    slack: float
    """Tolerance on it."""


def fleet_parts(case: Case, found: FleetFindings, pue: Floats, hashprice: Floats, import_usd: Floats) -> list[Part]:
    """Modes of a fleet: groups past their warm-up drop to the lowest draw without hashrate, or rise to the highest.

    `hashprice`: USD per PH/s per day; `import_usd`: cost of import [USD/MWh]."""
    fleet = found.fleet
    count, in_order = fleet.machines_per_group, align(fleet.availability, case.horizon)
    fee = 0.0 if case.scenario.bitcoin is None else case.scenario.bitcoin.pool_fee
    usd_per_th = count * in_order / 1000.0 * hashprice / 24.0 * (1.0 - fee)
    up_modes = [mode for mode in fleet.all_modes if mode.hashrate_th_per_s > 0]
    rest_w = min(mode.power_w for mode in fleet.all_modes if mode.hashrate_th_per_s == 0)
    top_w, top_th = _highest(case, up_modes)
    ramp = None if fleet.ramp_mw_per_hour is None else fleet.ramp_mw_per_hour * pue
    parts = []
    for mode in up_modes:
        warm = np.maximum(found.groups[mode.name] - found.warming[mode.name], 0)
        drop = np.maximum(count * (mode.power_w * in_order - rest_w) / 1e6 * pue, 0.0)
        rise = np.maximum(count * in_order * (top_w - mode.power_w) / 1e6 * pue, 0.0)
        lost = _per_mwh(mode.hashrate_th_per_s * usd_per_th, drop)
        gained = _per_mwh((top_th - mode.hashrate_th_per_s) * usd_per_th, rise)
        ways: tuple[tuple[Direction, str, Floats, Floats], ...] = (
            ("up", "drop", drop, lost - import_usd),
            ("down", "rise", rise, import_usd - gained),
        )
        for direction, verb, each, called in ways:
            source = f"what its warm groups in mode {mode.name} can {verb}"
            label, capacity = f"{fleet.name} {mode.name}", float(each.max()) * fleet.groups
            parts.append(Part(label, fleet.name, direction, source, each * warm, capacity, called, fleet.name, ramp))
    return parts


def _highest(case: Case, modes: list[Mode]) -> tuple[Floats, Floats]:
    """Power [W] and hashrate [TH/s] of the highest mode that is not barred, (periods,); of two, the one that hashes
    more."""
    power, hashrate = np.zeros(case.length), np.zeros(case.length)
    for mode in modes:
        higher = (mode.power_w > power) | ((mode.power_w == power) & (mode.hashrate_th_per_s > hashrate))
        if mode.max_ambient_c is not None and case.ambient is not None:
            higher &= case.ambient <= mode.max_ambient_c + 1e-9
        power = np.where(higher, mode.power_w, power)
        hashrate = np.where(higher, mode.hashrate_th_per_s, hashrate)
    return power, hashrate


def _per_mwh(usd_per_hour: Floats, mw: Floats) -> Floats:
    """USD per MWh; 0 where there is no power."""
    return np.divide(usd_per_hour, mw, out=np.zeros(len(mw)), where=mw > 0)


def gpu_parts(
    served: Served[Contract], pue: dict[str, Floats], usd_per_gpu_hour: Floats, import_usd: Floats
) -> list[Part]:
    """Pools of a contract that may be interrupted: its GPUs stop, their nodes go on idle. `pue`: by hall;
    `usd_per_gpu_hour`: what it earns."""
    terms = served.contract
    parts = []
    for name, pool in served.pools.items():
        each = mw_per_gpu(pool, terms.utilisation) * pue[pool.hall]
        called = np.where(each > 0, _per_mwh(usd_per_gpu_hour, each) - import_usd, 0.0)
        source = f"what its GPUs on {name} can drop"
        capacity = float(each.max()) * pool.nodes * pool.gpus_per_node
        ramp = None if pool.ramp_mw_per_hour is None else pool.ramp_mw_per_hour * pue[pool.hall]
        most = np.maximum(each * served.by_pool[name], 0.0)
        parts.append(Part(f"{terms.name} {name}", terms.name, "up", source, most, capacity, called, name, ramp))
    return parts
