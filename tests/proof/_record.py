"""The last full run of each check, as it stands in tests/README.md."""

from __future__ import annotations

import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
PACKAGES = ("highspy", "ortools", "pulp", "numpy", "hypothesis")


def record(name: str, lines: list[str], seconds: float, readme: Path = README, commit: str | None = None) -> None:
    """Puts the figures of check `name` into their block of the page, which begins with `<!-- name -->`."""
    text = readme.read_text()
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    head = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or _commit()}, {seconds:.0f} s, "
    head += f"Python {platform.python_version()}, {versions}"
    block = f"<!-- {name} -->\n```\n{head}\n" + "".join(f"{line}\n" for line in lines) + "```\n"
    found = re.compile(rf"<!-- {name} -->\n```\n.*?```\n", re.DOTALL)
    if not found.search(text):
        raise ValueError(f"{readme} has no block for {name}: a line <!-- {name} --> and a fenced block behind it")
    readme.write_text(found.sub(lambda _: block, text, count=1))


def _commit() -> str:
    """Of the tree that was measured; "changed" where it is not what was committed."""
    git = ["git", "-C", str(README.parent)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    changes = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True).stdout
    others = [line for line in changes.splitlines() if not line.endswith("tests/README.md")]
    return head.strip() + (" (changed)" if others else "")
