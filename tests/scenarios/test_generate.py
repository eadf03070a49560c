"""The committed series of the examples are what their generator makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def test_series_are_what_the_generator_makes() -> None:
    run = subprocess.run(
        [sys.executable, str(SCENARIOS / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_series_file_is_without_its_generator() -> None:
    sys.path.insert(0, str(SCENARIOS))
    try:
        import generate
    finally:
        sys.path.remove(str(SCENARIOS))
    import numpy as np

    made = {
        f"{folder}/{name}"
        for folder, (seed, make) in generate.EXAMPLES.items()
        for name in make(np.random.default_rng(seed))
    }
    there = {
        path.relative_to(SCENARIOS).as_posix() for path in SCENARIOS.glob("*/*") if path.suffix in {".csv", ".parquet"}
    }
    assert there == made
