"""The shipped examples, and copies of them."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from optimizer.starter.errors import StarterError
from optimizer.starter.folder import SCENARIO_FILE, room_for

DEFAULT_EXAMPLE = "west-texas-hybrid-day"


@dataclass(frozen=True)
class Example:
    """A shipped example scenario."""

    name: str
    description: str
    path: Path


def examples() -> list[Example]:
    """The shipped examples, the default one first."""
    found = []
    for file in sorted(_examples_folder().glob(f"*/{SCENARIO_FILE}")):
        description = str(tomllib.loads(file.read_text(encoding="utf-8")).get("description", ""))
        found.append(Example(file.parent.name, description, file.parent))
    return sorted(found, key=lambda example: (example.name != DEFAULT_EXAMPLE, example.name))


def copy_example(name: str, target: Path | str) -> list[Path]:
    """Copy an example's scenario and series into a folder, which is made; returns the files written."""
    known = {example.name: example for example in examples()}
    if name not in known:
        raise StarterError(f"no example {name!r}; there are {', '.join(known)}")
    source = known[name].path
    names = [file.name for file in sorted(source.iterdir()) if file.suffix in {".toml", ".csv", ".parquet"}]
    written = room_for(Path(target), names)
    for path in written:
        shutil.copyfile(source / path.name, path)
    return written


def _examples_folder() -> Path:
    """`optimizer/_examples` in an installed package, `scenarios` in a checkout."""
    here = Path(__file__).resolve().parents[1]
    for folder in (here / "_examples", here.parent / "scenarios"):
        if any(folder.glob(f"*/{SCENARIO_FILE}")):
            return folder
    raise StarterError("the examples are not installed; reinstall wattshift, or take them from its repository")
