"""The table of known machines: maker's name, hashrate [TH/s], power [W], and the sheet that gives the two.

A row was taken in where two public lists agree on the sheet's figures (hashrate and power, or hashrate and J/TH). The
seven of domain section 10 are `usual`: a name without a hashrate means them. Where a list of 2024 and the maker's sheet
differ, the list's higher power stands and the source says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A model's figures: watts and TH/s of one machine, as the maker gives them."""

    model: str
    hashrate_th_per_s: float
    power_w: float
    source: str
    """Name of the data sheet and its year."""
    usual: bool = False
    """Whether a name without a hashrate means this one of several."""

    @property
    def name(self) -> str:
        """The model with its hashrate, as inventories write it: `Antminer S19j Pro 104T`."""
        return f"{self.model} {self.hashrate_th_per_s:g}T"

    @property
    def low_power_w(self) -> float:
        """Power of the low-power mode: makers give none, so it is an estimate."""
        return round(0.71 * self.power_w, -1)

    @property
    def low_power_hashrate_th_per_s(self) -> float:
        """A quarter less than in the normal mode, at a better J/TH."""
        return 0.75 * self.hashrate_th_per_s


MACHINES = (
    # Bitmain, cooled by air.
    Machine("Antminer S9", 13.5, 1323.0, "Antminer S9 specification, 2017"),
    Machine("Antminer S17e", 64.0, 2880.0, "Antminer S17e specification, 2019"),
    Machine("Antminer S19", 95.0, 3250.0, "Antminer S19 specification, 2020"),
    Machine("Antminer S19 Pro", 110.0, 3250.0, "Antminer S19 Pro specification, 2020"),
    Machine("Antminer S19a", 96.0, 3312.0, "Antminer S19a specification, 2021"),
    Machine("Antminer S19a Pro", 110.0, 3245.0, "Antminer S19a Pro specification, 2021"),
    Machine("Antminer S19j Pro", 96.0, 2832.0, "Antminer S19j Pro specification, 2021"),
    Machine("Antminer S19j Pro", 100.0, 3050.0, "Antminer S19j Pro specification, 2021"),
    Machine("Antminer S19j Pro", 104.0, 3068.0, "Antminer S19j Pro specification, 2021", usual=True),
    Machine("Antminer S19j Pro+", 120.0, 3300.0, "Antminer S19j Pro+ specification, 2022"),
    Machine("Antminer S19j Pro+", 122.0, 3355.0, "Antminer S19j Pro+ specification, 2022"),
    Machine("Antminer S19k Pro", 120.0, 2760.0, "Antminer S19k Pro specification, 2023"),
    Machine("Antminer S19 XP", 140.0, 3010.0, "Antminer S19 XP specification, 2022", usual=True),
    Machine("Antminer T21", 190.0, 3610.0, "Antminer T21 specification, 2024"),
    Machine("Antminer S21", 188.0, 3290.0, "Antminer S21 specification, 2024"),
    Machine("Antminer S21", 200.0, 3500.0, "Antminer S21 specification, 2024", usual=True),
    Machine("Antminer S21+", 216.0, 3564.0, "Antminer S21+ specification, 2024"),
    Machine("Antminer S21+", 225.0, 3712.0, "Antminer S21+ specification, 2024"),
    Machine("Antminer S21 Pro", 234.0, 3510.0, "Antminer S21 Pro specification, 2024", usual=True),
    Machine("Antminer S21 XP", 270.0, 3645.0, "Antminer S21 XP specification, 2024", usual=True),
    # Bitmain, cooled by water.
    Machine("Antminer S19 Pro+ Hyd", 198.0, 5445.0, "Antminer S19 Pro+ Hyd. specification, 2022"),
    Machine("Antminer S19 XP Hyd", 257.0, 5418.0, "list of miners, 2024 (Antminer S19 XP Hyd. specification: 5345 W)"),
    Machine("Antminer S19 XP+ Hyd", 279.0, 5301.0, "Antminer S19 XP+ Hyd. specification, 2023"),
    Machine("Antminer S21 Hyd", 335.0, 5360.0, "Antminer S21 Hyd. specification, 2024"),
    Machine("Antminer S21+ Hyd", 319.0, 4785.0, "Antminer S21+ Hyd. specification, 2024"),
    Machine("Antminer S21e Hyd", 288.0, 4896.0, "Antminer S21e Hyd. specification, 2024"),
    Machine("Antminer S21 XP Hyd", 473.0, 5676.0, "Antminer S21 XP Hyd. specification, 2024"),
    Machine("Antminer S21 XP+ Hyd", 500.0, 5500.0, "Antminer S21 XP+ Hyd. specification, 2024"),
    Machine("Antminer S21e XP Hyd 3U", 860.0, 11180.0, "Antminer S21e XP Hyd. 3U specification, 2024"),
    Machine("Antminer S23 Hyd", 580.0, 5510.0, "Antminer S23 Hyd. specification, 2025"),
    Machine("Antminer S23 Hyd 3U", 1160.0, 11020.0, "Antminer S23 Hyd. 3U specification, 2025"),
    # MicroBT.
    Machine("WhatsMiner M20S", 62.0, 2976.0, "WhatsMiner M20S specification (48 J/TH), 2019"),
    Machine("WhatsMiner M30S", 86.0, 3268.0, "WhatsMiner M30S specification (38 J/TH), 2020"),
    Machine("WhatsMiner M30S", 88.0, 3344.0, "WhatsMiner M30S specification (38 J/TH), 2020"),
    Machine("WhatsMiner M30S+", 100.0, 3400.0, "WhatsMiner M30S+ specification (34 J/TH), 2020"),
    Machine("WhatsMiner M30S++", 112.0, 3472.0, "WhatsMiner M30S++ specification (31 J/TH), 2020"),
    Machine("WhatsMiner M31S+", 80.0, 3360.0, "WhatsMiner M31S+ specification (42 J/TH), 2020"),
    Machine("WhatsMiner M50", 118.0, 3422.0, "WhatsMiner M50 specification (29 J/TH), 2022"),
    Machine("WhatsMiner M50S", 126.0, 3276.0, "WhatsMiner M50S specification (26 J/TH), 2022"),
    Machine("WhatsMiner M50S", 128.0, 3328.0, "WhatsMiner M50S specification (26 J/TH), 2022"),
    Machine("WhatsMiner M50S+", 138.0, 3312.0, "WhatsMiner M50S+ specification (24 J/TH), 2023"),
    Machine("WhatsMiner M50S++", 160.0, 3520.0, "WhatsMiner M50S++ specification (22 J/TH), 2023"),
    Machine("WhatsMiner M53", 230.0, 6670.0, "WhatsMiner M53 specification (29 J/TH), 2022"),
    Machine("WhatsMiner M53S", 260.0, 6760.0, "WhatsMiner M53S specification (26 J/TH), 2022"),
    Machine("WhatsMiner M56S++", 254.0, 5588.0, "WhatsMiner M56S++ specification (22 J/TH), 2023"),
    Machine("WhatsMiner M60", 172.0, 3422.0, "WhatsMiner M60 specification (19.9 J/TH), 2023"),
    Machine("WhatsMiner M60S", 186.0, 3441.0, "WhatsMiner M60S specification (18.5 J/TH), 2023", usual=True),
    Machine("WhatsMiner M60S+", 190.0, 3230.0, "WhatsMiner M60S+ specification (17 J/TH), 2024"),
    Machine("WhatsMiner M60S++", 220.0, 3410.0, "WhatsMiner M60S++ specification (15.5 J/TH), 2024"),
    Machine("WhatsMiner M66S", 298.0, 5513.0, "WhatsMiner M66S specification (18.5 J/TH), 2023", usual=True),
    Machine("WhatsMiner M66S+", 318.0, 5406.0, "WhatsMiner M66S+ specification (17 J/TH), 2024"),
    Machine("WhatsMiner M66S++", 348.0, 5394.0, "WhatsMiner M66S++ specification (15.5 J/TH), 2024"),
    # Canaan.
    Machine("Avalon A1166 Pro", 81.0, 3402.0, "AvalonMiner 1166 Pro specification (42 J/TH), 2020"),
    Machine("Avalon A1246", 90.0, 3420.0, "AvalonMiner 1246 specification (38 J/TH), 2021"),
    Machine("Avalon A1346", 110.0, 3300.0, "Avalon A1346 specification (30 J/TH), 2022"),
    Machine("Avalon A1366", 130.0, 3250.0, "Avalon A1366 specification (25 J/TH), 2022"),
    Machine("Avalon A1446", 135.0, 3310.0, "Avalon A1446 specification (24.5 J/TH), 2023"),
    Machine("Avalon A1466", 150.0, 3300.0, "list of miners, 2024 (Avalon A1466 specification, 2023: 3230 W)"),
    Machine("Avalon A1566", 185.0, 3420.0, "Avalon A1566 specification (18.5 J/TH), 2024"),
    Machine("Avalon A15", 194.0, 3647.0, "Avalon A15 specification (18.8 J/TH), 2024"),
    Machine("Avalon A15XP", 206.0, 3667.0, "Avalon A15XP specification (17.8 J/TH), 2024"),
    Machine("Avalon A15 Pro", 218.0, 3662.0, "Avalon A15 Pro specification (16.8 J/TH), 2024"),
    # Bitdeer.
    Machine("SealMiner A2", 226.0, 3729.0, "SEALMINER A2 specification (16.5 J/TH), 2024"),
    Machine("SealMiner A2 Pro Air", 255.0, 3790.0, "SEALMINER A2 Pro Air specification (14.9 J/TH), 2025"),
    Machine("SealMiner A2 Hyd", 446.0, 7359.0, "SEALMINER A2 Hyd specification (16.5 J/TH), 2024"),
    Machine("SealMiner A2 Pro Hyd", 500.0, 7450.0, "SEALMINER A2 Pro Hyd specification (14.9 J/TH), 2025"),
)
"""Machines known by their model's name. One model may come with several hashrates."""
SLEEP_W = 30.0
