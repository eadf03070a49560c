"""Mutation: small changes to the code that the tests have to notice.

Mutants of the audit and the bill (optimizer/auditor, optimizer/tariff), and of the rest of optimizer and solvers, each
on a sample chosen by a fixed seed; see _mutants.py for the changes, _mutation_server.py for how they are judged, and
_harmless.py for those that change nothing that matters: they are not counted. Works in a copy of the tree.

    python -m tests.proof.mutation audit 50 3       judges 50 mutants of the audit and the bill, of seed 3, one by one

mutmut 3 and cosmic-ray are not used: the one leaves out decorated functions (properties, validators) and constants,
changes message texts and takes no seeded sample, the other starts a process for each mutant and test run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.figure import Figure
from tests.proof._harmless import is_harmless
from tests.proof._mutants import Mutant, files, mutants_of, sampled
from tests.proof._mutation_server import ANSWER

ROOT = Path(__file__).parents[2]
COPIED = ("optimizer", "solvers", "tests", "scenarios", "pyproject.toml", "README.md")
JUDGED = {"audit": ("optimizer/auditor", "optimizer/tariff"), "rest": ("optimizer", "solvers")}
ASKED = {"audit": ("the audit and the bill", 90.0), "rest": ("the rest of optimizer and solvers", 75.0)}
LONG = ("proof", "benchmarks", "real_days", "scenarios", "test_structure.py")
"""Tests that are left out: long, or of the text of the code."""
SECONDS, QUICK_SECONDS = 20.0, 15.0
"""Processor time of the tests that a mutant has to survive, as they take on the tree as it is."""


def figures(quick: bool) -> Iterator[Figure]:
    counts = {"audit": 20} if quick else {"audit": 300, "rest": 300}
    left, alive = dict(counts), dict.fromkeys(counts, 0)
    for part, mutant, answer in judged(counts, seed=1, quick=quick):
        if answer["outcome"] == "survived":
            alive[part] += 1
            print(f"mutation: survives: {mutant} ({answer['by']})", file=sys.stderr, flush=True)
        left[part] -= 1
        if not left[part]:
            caught, (name, asked) = 100.0 * (1 - alive[part] / counts[part]), ASKED[part]
            yield Figure(f"mutation: caught of {counts[part]} mutants of {name}", caught, "%", asked, at_least=True)


def chosen(root: Path, part: str, count: int, seed: int) -> list[Mutant]:
    """The mutants to judge."""
    found = [path for path in files(root, *JUDGED[part]) if part == "audit" or not path.startswith(JUDGED["audit"])]
    mutants = [mutant for path in found for mutant in mutants_of(root, path) if not is_harmless(mutant)]
    return sampled(mutants, count, seed)


def judged(counts: dict[str, int], seed: int, quick: bool) -> Iterator[tuple[str, Mutant, dict[str, Any]]]:
    """Part, mutant and what became of it, of so many mutants of each part."""
    with tempfile.TemporaryDirectory(prefix="wattshift-mutants-") as place:
        folder = Path(place)
        tree = copied(folder / "tree")
        mutants = [(part, mutant) for part, count in counts.items() for mutant in chosen(tree, part, count, seed)]
        tests = ["tests/auditor", "tests/tariff"] if quick else ["tests"]
        left_out = ["tariff/test_commands.py"] if quick else LONG
        orders = {
            "mutants": [asdict(mutant) for _, mutant in mutants],
            "tests": [*tests, *(f"--ignore=tests/{name}" for name in left_out)],
            "seconds": QUICK_SECONDS if quick else SECONDS,
        }
        (folder / "orders").write_text(json.dumps(orders))
        for answer in answers(tree, folder):
            yield *mutants[answer["number"]], answer


def answers(tree: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """What the server of a tree says, as it says it."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = os.environ | one_thread | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["TMPDIR"] = str(folder)  # what an ended mutant leaves goes with the folder
    command = [sys.executable, "-m", "tests.proof._mutation_server", str(folder)]
    with subprocess.Popen(command, cwd=tree, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if line.startswith(ANSWER):
                yield json.loads(line.removeprefix(ANSWER))
    if server.returncode:
        raise RuntimeError(f"the server of mutants ended with {server.returncode}")


def copied(tree: Path) -> Path:
    """A copy of the tree to work on."""
    tree.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, tree / name)
    return tree


if __name__ == "__main__":
    for _, judged_mutant, said in judged({sys.argv[1]: int(sys.argv[2])}, int(sys.argv[3]), "quick" in sys.argv):
        print(said, judged_mutant, flush=True)
