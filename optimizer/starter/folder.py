"""The files of a new scenario's folder; nothing that exists is overwritten."""

from __future__ import annotations

from pathlib import Path

from optimizer.starter.errors import StarterError

SCENARIO_FILE = "scenario.toml"
PRICES_FILE = "prices.csv"


def room_for(target: Path, names: list[str]) -> list[Path]:
    """Paths of new files in a folder, which is made. Refused where one is there already."""
    paths = [target / name for name in names]
    taken = [path.name for path in paths if path.exists() or path.is_symlink()]
    if taken:
        raise StarterError(f"{target} already has {', '.join(taken)}; nothing is overwritten, choose another folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StarterError(f"{target} cannot be made a folder: {error.strerror or error}") from error
    return paths
