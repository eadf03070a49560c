"""Machines found by the names that inventories give them.

`antminer s19j PRO 104T`, `S19XP`, `Whatsminer M30S++ 112` and `Avalon 1466` are read: the maker's name, case and spaces
do not matter, `Hydro` is Hyd, and a hashrate at the end picks the variant. No machine is guessed.
"""

from __future__ import annotations

import difflib
import re

from optimizer.starter.machine_table import MACHINES, Machine

_MAKERS = re.compile(
    r"\b(bitmain|antminer|microbt|whatsminer|canaan|creative|avalon ?(miner|made)?|bitdeer|sealminer|miner)\b"
)
_HASHRATE = re.compile(r"(?:(?<=[\s(\-])|(?<=[a-z+]))(\d{2,4}(?:\.\d+)?)\s*(?:t|th|ths|th/s|tera)\b\W*$")
_BARE_HASHRATE = re.compile(r"(?<=[\s\-])(\d{2,4}(?:\.\d+)?)\W*$")
NEAR = 5
"""Models that a question names at most."""


def machine_named(model: str, hashrate_th_per_s: float | None = None) -> Machine | None:
    """The one known machine of a name, and of a hashrate if one is given; None where there is none or are several."""
    found = machines_named(model, hashrate_th_per_s)
    return found[0] if len(found) == 1 else None


def machines_named(model: str, hashrate_th_per_s: float | None = None) -> list[Machine]:
    """The machines that a name may mean: of its hashrate, of the one given, or the usual one; else all variants."""
    for key, said in _readings(model):
        variants = [machine for machine in MACHINES if key in _keys(machine)]
        if not variants:
            continue
        asked = [hashrate for hashrate in (said, hashrate_th_per_s) if hashrate is not None]
        if asked:
            return [m for m in variants if all(abs(m.hashrate_th_per_s - hashrate) < 0.05 for hashrate in asked)]
        usual = [machine for machine in variants if machine.usual]
        return usual or variants
    return []


def near_names(model: str) -> list[str]:
    """Known machines with names like this one, best first: the variants of its model, else the most alike."""
    readings = _readings(model)
    for key, _ in readings:
        variants = [machine.name for machine in MACHINES if key in _keys(machine)]
        if variants:
            return variants
    by_key = {key: machine.model for machine in MACHINES for key in _keys(machine)}
    wanted = readings[-1][0] if readings else ""
    alike = difflib.get_close_matches(wanted, by_key, n=3 * NEAR, cutoff=0.5)
    return list(dict.fromkeys(by_key[key] for key in alike))[:NEAR]


def _readings(model: str) -> list[tuple[str, float | None]]:
    """Ways to read a name, as key and hashrate: with the number at its end as a hashrate, and without."""
    text = re.sub(r"\s+", " ", model.lower().replace("_", " ")).strip()
    ways: list[tuple[str, float | None]] = []
    for pattern in (_HASHRATE, _BARE_HASHRATE):
        if (match := pattern.search(text)) is not None:
            ways.append((_key(text[: match.start()]), float(match[1])))
    return [way for way in (*ways, (_key(text), None)) if way[0]]


def _keys(machine: Machine) -> set[str]:
    """A machine's keys; Canaan's are written with and without their A."""
    key = _key(machine.model)
    return {key, key[1:]} if machine.model.startswith("Avalon A1") and key[3:5].isdigit() else {key}


def _key(name: str) -> str:
    """A name without maker, case and punctuation but for its plus signs."""
    text = _MAKERS.sub(" ", name.lower())
    text = re.sub(r"\bplus\b|(?<=pro)plus\b", "+", text)
    text = re.sub(r"hyd(ro)?\b\.?", "hyd", text)
    return re.sub(r"[^a-z0-9+]", "", text)
