"""Write the `expected.json` of the examples anew: `python tests/scenarios/renew_expected.py [FOLDER …]`.

Plans to a gap far below the 1e-4 that the test allows. Look at the dispatch before committing a change.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"


def main(names: list[str]) -> None:
    sys.path.insert(0, str(ROOT))
    from optimizer import load, plan

    for folder in sorted(path.parent for path in SCENARIOS.glob("*/scenario.toml")):
        if names and folder.name not in names:
            continue
        schedule = plan(load(folder), gap=5e-6, time_limit_s=300)
        assert schedule.outcome.status == "proven", schedule.outcome
        assert schedule.profit_usd is not None and schedule.horizon_profit_usd is not None
        expected = {
            "profit_usd": round(schedule.profit_usd, 2),
            "horizon_profit_usd": round(schedule.horizon_profit_usd, 2),
        }
        (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")
        print(folder.name, expected)


if __name__ == "__main__":
    main(sys.argv[1:])
