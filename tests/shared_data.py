"""Where the real data lie: beside the project, never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skips a test, by name, only where the data are absent and this is not CI."""
    absent = not (FOLDER / folder).is_dir()
    return pytest.mark.skipif(absent and not os.environ.get("CI"), reason=f"shared/data/{folder} is not here")
