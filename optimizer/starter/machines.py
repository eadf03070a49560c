"""Machines known by their model's name."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A model's figures: watts and TH/s of one machine, as the maker gives them. The low-power mode hashes a
    quarter less at a better J/TH; makers give none, so it is an estimate."""

    model: str
    power_w: float
    hashrate_th_per_s: float
    low_power_w: float
    low_power_hashrate_th_per_s: float


def _machine(model: str, hashrate_th_per_s: float, power_w: float) -> Machine:
    low_power_w = round(0.71 * power_w, -1)
    return Machine(model, power_w, hashrate_th_per_s, low_power_w, 0.75 * hashrate_th_per_s)


MACHINES = (
    _machine("Antminer S19j Pro", 104.0, 3068.0),
    _machine("Antminer S19 XP", 140.0, 3010.0),
    _machine("Antminer S21", 200.0, 3500.0),
    _machine("Antminer S21 Pro", 234.0, 3510.0),
    _machine("Antminer S21 XP", 270.0, 3645.0),
    _machine("WhatsMiner M60S", 186.0, 3441.0),
    _machine("WhatsMiner M66S", 298.0, 5513.0),
)
"""Machines known by their model's name."""
SLEEP_W = 30.0


def machine_named(model: str) -> Machine | None:
    """The known machine of a model's name, with or without its maker's: `S21 Pro`, `antminer s21pro`."""
    key = re.sub(r"[^a-z0-9]", "", model.lower())
    for maker in ("bitmain", "antminer", "microbt", "whatsminer"):
        key = key.removeprefix(maker)
    short = {re.sub(r"[^a-z0-9]", "", m.model.split(" ", 1)[1].lower()): m for m in MACHINES}
    return short.get(key)
