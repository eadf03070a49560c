"""Machines as inventories name them, and fleet lists with such names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimizer.scenario.load import load
from optimizer.starter import StarterError, read_fleets, start_from
from optimizer.starter.machine_table import MACHINES
from optimizer.starter.machines import machine_named, machines_named, near_names


def write(folder: Path, *lines: str) -> Path:
    path = folder / "fleets.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("antminer s19j PRO 104T", "Antminer S19j Pro 104T"),
        ("s19jpro100t", "Antminer S19j Pro 100T"),
        ("S19J PRO", "Antminer S19j Pro 104T"),
        ("Whatsminer M30S++ 112", "WhatsMiner M30S++ 112T"),
        ("M60S-186T", "WhatsMiner M60S 186T"),
        ("S21 Hydro", "Antminer S21 Hyd 335T"),
        ("S19XP", "Antminer S19 XP 140T"),
        ("ANTMINER S19_XP", "Antminer S19 XP 140T"),
        ("Avalon A1466", "Avalon A1466 150T"),
        ("AvalonMiner 1246", "Avalon A1246 90T"),
        ("Bitmain Antminer S21 Pro (234 TH/s)", "Antminer S21 Pro 234T"),
        ("S19 Pro Plus Hydro 198TH", "Antminer S19 Pro+ Hyd 198T"),
        ("S21 188", "Antminer S21 188T"),
        ("S21", "Antminer S21 200T"),
        ("T21", "Antminer T21 190T"),
        ("S23 Hyd. 3U", "Antminer S23 Hyd 3U 1160T"),
    ],
)
def test_names_as_inventories_write_them(label: str, name: str) -> None:
    machine = machine_named(label)
    assert machine is not None and machine.name == name


@pytest.mark.parametrize("label", ["S21 Hydra", "", "foo", "M30S", "S19j Pro 110", "S19j Pro+", "S21 1880", "S2", "+"])
def test_none_is_guessed(label: str) -> None:
    assert machine_named(label) is None


def test_near_names() -> None:
    assert "Antminer S21 Hyd" in near_names("S21 Hydra")
    assert near_names("S19j Pro 110T") == [f"Antminer S19j Pro {t}T" for t in (96, 100, 104)]
    assert near_names("") == []


def test_the_table() -> None:
    """Every row is found by its own name; the domain's seven figures stand; no J/TH is outside what chips have done."""
    assert len({machine.model for machine in MACHINES}) >= 40
    assert [machine_named(machine.name) for machine in MACHINES] == [*MACHINES]
    assert all(9 < machine.power_w / machine.hashrate_th_per_s < 100 for machine in MACHINES)
    assert all(re.search(r"20\d\d", machine.source) for machine in MACHINES)
    usual = {m.model: (m.hashrate_th_per_s, m.power_w) for m in MACHINES if m.usual}
    assert usual == {
        "Antminer S19j Pro": (104, 3068),
        "Antminer S19 XP": (140, 3010),
        "Antminer S21": (200, 3500),
        "Antminer S21 Pro": (234, 3510),
        "Antminer S21 XP": (270, 3645),
        "WhatsMiner M60S": (186, 3441),
        "WhatsMiner M66S": (298, 5513),
    }


def test_a_model_with_plus_signs_needs_no_name(tmp_path: Path) -> None:
    rows = ["WhatsMiner M30S++,100,3472,112", "rig #7 / (old),5,3000,100", "+++,5,3000,100"]
    fleets = read_fleets(write(tmp_path, "model,units,power_w,hashrate_th_per_s", *rows))
    assert [fleet.name for fleet in fleets] == ["WhatsMiner-M30S-plus-plus-1", "rig-7-old-2", "plus-plus-plus-3"]
    assert fleets[0].model == "WhatsMiner M30S++"


def test_a_hashrate_picks_the_variant(tmp_path: Path) -> None:
    named, given = read_fleets(write(tmp_path, "model,units,hashrate_th_per_s", "S19j Pro 96T,10,", "S19j Pro,10,100"))
    assert (named.power_w, named.hashrate_th_per_s) == (2832, 96)
    assert (given.power_w, given.hashrate_th_per_s) == (3050, 100)
    assert "Antminer S19j Pro specification, 2021" in "".join(named.notes)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("M30S,10,", "the model 'M30S' may be WhatsMiner M30S 86T, WhatsMiner M30S 88T; give power_w"),
        ("S19j Pro 110T,10,", "'S19j Pro 110T' is not known; near it are Antminer S19j Pro 96T, "),
        ("S19j Pro 96T,10,104", "'S19j Pro 96T' is not known; near it are"),
        ("S21 Hydra,10,", "'S21 Hydra' is not known; near it are Antminer S21 Hyd"),
        ("rig,10,", "'rig' is not known; give power_w and hashrate_th_per_s"),
    ],
)
def test_an_unknown_or_ambiguous_model_names_the_near_ones(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(StarterError, match=message):
        read_fleets(write(tmp_path, "model,units,hashrate_th_per_s", row))


def test_other_columns_are_kept_as_comments_and_told(tmp_path: Path) -> None:
    fleets = write(tmp_path, "model,units,Firmware,colour", "S21,10,Braiins 24,", "S21,20,,red")
    first, second = read_fleets(fleets)
    assert (first.labels, second.labels) == ((("Firmware", "Braiins 24"),), (("colour", "red"),))
    assert first.notes[-1] == "Firmware: kept as comments, no plan knows them"
    prices = tmp_path / "prices.csv"
    prices.write_text("time,price\n" + "".join(f"2026-07-01 {hour:02d}:00,30\n" for hour in range(24)))
    started = start_from(prices, fleets, tmp_path / "site", timezone="America/Chicago")
    assert "# Firmware: Braiins 24\n[[fleets]]" in started.files[0].read_text()
    assert [fleet.units for fleet in load(tmp_path / "site").fleets] == [10, 20]


def test_decimal_commas_of_a_list(tmp_path: Path) -> None:
    rows = ["X;1.200;3472,5;112", "Y;10;1.234,5;90,25"]
    fleets = read_fleets(write(tmp_path, "model;units;power_w;hashrate_th_per_s", *rows))
    assert [(f.units, f.power_w, f.hashrate_th_per_s) for f in fleets] == [(1200, 3472.5, 112), (10, 1234.5, 90.25)]


def test_a_name_and_all_its_variants() -> None:
    assert [machine.name for machine in machines_named("m50s")] == ["WhatsMiner M50S 126T", "WhatsMiner M50S 128T"]
