"""Running the command: inside this process, or as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from optimizer.cli import app

COMMAND = [sys.executable, "-c", "from optimizer.cli import main; main()"]


def wattshift(*arguments: object, **more: Any) -> Result:
    """The command inside this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], **more)


def process(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command as a process."""
    environment = os.environ | more.pop("env", {})
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env=environment,
        **more,
    )


def only_object(text: str) -> Any:
    """The one JSON object that a text is."""

    def refuse(name: str) -> Any:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def infeasible(folder: Path) -> Path:
    """A scenario whose overhead alone exceeds the import limit, as a JSON file."""
    given = {
        "schema_version": 1,
        "name": "too-little",
        "time": {"zone": "UTC", "start": "2026-01-05T00:00:00", "committed_periods": 3},
        "site": {
            "import_limit_mw": 1.0,
            "halls": [{"name": "hall", "it_limit_mw": 5.0, "overhead_mw": 2.0}],
        },
        "supply": {"energy": {"price_usd_per_mwh": 50.0}},
    }
    file = folder / "too-little.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    return file
