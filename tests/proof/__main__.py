"""Runs the long checks and prints a line a figure; exits 1 where one is missed.

    python -m tests.proof [--quick | --record] [--only NAME …]

--quick takes a share of the cases, for CI; the bars are the same. A figure is printed as soon as it is measured.
--record writes what a check measured into tests/README.md.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time

import tests.proof
from tests.proof._record import record


def names() -> list[str]:
    """The checks: modules of this package that have `figures(quick)`."""
    return sorted(module.name for module in pkgutil.iter_modules(tests.proof.__path__) if module.name[0] != "_")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description="Run the long checks.")
    parser.add_argument("--quick", action="store_true", help="a share of the cases, for CI")
    parser.add_argument("--record", action="store_true", help="write the figures into tests/README.md")
    parser.add_argument("--only", action="append", choices=names(), help="one check; may be given several times")
    options = parser.parse_args()
    if options.quick and options.record:
        parser.error("--record is for full runs: without --quick")
    missed = 0
    for name in options.only or names():
        begun = time.perf_counter()
        figures = importlib.import_module(f"tests.proof.{name}").figures
        lines = []
        for figure in figures(quick=options.quick):
            print(figure, flush=True)
            lines.append(str(figure))
            missed += not figure.met
        seconds = time.perf_counter() - begun
        print(f"{name}: {seconds:.0f} s", flush=True)
        if options.record:
            record(name, lines, seconds)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
