"""A scenario that no solver proves soon: which of many unlike machines get into a limit, hour by hour."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

PERIODS = 12


def hard(fleets: int = 80) -> dict[str, Any]:
    """A knapsack with a limit per period; what is taken stays taken."""
    dice = random.Random(5)

    def fleet(i: int) -> dict[str, Any]:
        power = dice.uniform(0.3e6, 1e6)
        return {
            "name": f"f{i}",
            "hall": "hall",
            "units": 1,
            "groups": 1,
            "modes": [{"name": "on", "power_w": power, "hashrate_th_per_s": power * dice.uniform(0.095, 0.105)}],
            "availability": [dice.uniform(0.3, 1.0) for _ in range(PERIODS)],
            "min_up_hours": float(PERIODS),
        }

    return {
        "schema_version": 1,
        "name": "hard",
        "time": {"zone": "UTC", "start": "2026-01-05T00:00:00", "committed_periods": PERIODS},
        "site": {"import_limit_mw": 100.0, "halls": [{"name": "hall", "it_limit_mw": fleets * 0.2}]},
        "supply": {"energy": {"price_usd_per_mwh": 50.0}},
        "bitcoin": {"hashprice_usd_per_ph_day": 24.0},
        "fleets": [fleet(i) for i in range(fleets)],
    }


def write(folder: Path) -> Path:
    """The scenario as a JSON file."""
    file = folder / "hard.json"
    file.write_text(json.dumps(hard()), encoding="utf-8")
    return file
