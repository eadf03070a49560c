"""Prints each figure with its bar; with --check exits 1 where one is missed. With --gap SCENARIO prints instead which
component's integers make the root gap of a scenario (`tests.benchmarks.gap`).

Times are medians of several plans in one process. The first plan of a process is measured apart: it imports the
solver as well.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from tests.benchmarks import gap
from tests.benchmarks.bills import slowest_bill_s
from tests.benchmarks.growth import entries, ratios
from tests.benchmarks.jobs import job_figures
from tests.benchmarks.measure import Run, runs
from tests.benchmarks.rolls import roll_seconds
from tests.benchmarks.schedules import file_cost
from tests.benchmarks.series import seconds_of
from tests.figure import Figure

WEST_TEXAS = "west-texas-hybrid-day"
WHOLE_BILL = "last-day-of-july"
PLANS = 6
MOST_SOLVE_S = 2.0
MOST_PEAK_MB = 400.0
AROUND_SHARE = 0.05
AROUND_S = 0.030
MOST_WHOLE_SOLVE_S = 5.0
MOST_WHOLE_PEAK_MB = 500.0
MOST_BILL_S = 1.0
ROLL_DAYS = 14
MOST_ROLL_RATIO = 1.3
MOST_COLUMNS_RATIO = 3.0
YEAR_DAYS = 365
MOST_YEAR_MB = 8.0
MOST_FILE_GROWTH = 3.0
"""A million rows leave the caches, and are gone through for garbage: 2.2 times the seconds a row."""
MOST_ENTRIES_RATIO = 3.6
"""Of three times as many periods; with every window written out it is 7.7."""
MOST_GROWTH = 6.0
"""Of what there is four times as much of; what grows with its square takes 16 times as long."""


def west_texas() -> list[Figure]:
    """The example day: solver time, what stands around it, memory."""
    plans = runs(WEST_TEXAS, PLANS)
    warm = plans[1:]
    solve = statistics.median(run.solve_s for run in warm)
    around = statistics.median(run.around_s for run in warm)
    asked = max(AROUND_SHARE * solve, AROUND_S)
    print(f"{WEST_TEXAS}: {_size(plans[0])}; first plan of the process: {plans[0].solve_s:.3f} s solving, ", end="")
    print(f"{plans[0].around_s:.3f} s around it; audit {statistics.median(r.audit_s for r in warm):.3f} s")
    unproven = sum(run.status != "proven" or not run.ok for run in plans)
    return [
        Figure("west-texas: solver time to 1e-4 (median of 5)", solve, "s", MOST_SOLVE_S),
        Figure("west-texas: build, hand over, read back (median of 5)", around, "s", asked),
        Figure("west-texas: peak memory of the process", max(run.peak_mb for run in plans), "MB", MOST_PEAK_MB),
        Figure("west-texas: plans not proven or not accepted", unproven, "", 0.0),
    ]


def whole_bill() -> list[Figure]:
    """A next day with every asset at once, its look-ahead and the whole bill."""
    plans = runs(WHOLE_BILL, PLANS)
    print(f"{WHOLE_BILL}: {_size(plans[0])}")
    solve = statistics.median(run.solve_s for run in plans[1:])
    unproven = sum(run.status != "proven" or not run.ok for run in plans)
    return [
        Figure("every asset: solver time to 1e-4 (median of 5)", solve, "s", MOST_WHOLE_SOLVE_S),
        Figure("every asset: peak memory of the process", max(r.peak_mb for r in plans), "MB", MOST_WHOLE_PEAK_MB),
        Figure("every asset: plans not proven or not accepted", unproven, "", 0.0),
    ]


def billing() -> list[Figure]:
    """A year of quarter hours under each shared URDB rate; the slowest counts."""
    return [Figure("tariff: a year of 15-minute load billed (slowest rate)", slowest_bill_s(), "s", MOST_BILL_S)]


def rolling() -> list[Figure]:
    """Days of 2024 rolled and written, beside the time that their solves take."""
    whole_s, solves_s = roll_seconds(ROLL_DAYS)
    name = f"roll: {ROLL_DAYS} days, all of it to the bare solves"
    return [Figure(name, whole_s / solves_s, "", MOST_ROLL_RATIO)]


def reading() -> list[Figure]:
    """A year of five minutes: four columns of a CSV beside one. Each once parsed by itself, they took four times it."""
    return [Figure("series: four columns of a CSV to one", seconds_of(4) / seconds_of(1), "", MOST_COLUMNS_RATIO)]


def files() -> list[Figure]:
    """The file of a year's schedule, and how it grows from a tenth of it."""
    tenth, year = file_cost(YEAR_DAYS // 10), file_cost(YEAR_DAYS)
    print(f"schedule.json of {YEAR_DAYS} days: {year.megabytes:.1f} MB, {year.write_s:.2f} s to write, ", end="")
    print(f"{year.read_s:.2f} s to read; of {YEAR_DAYS // 10} days: {tenth.megabytes:.2f} MB", flush=True)
    longer = YEAR_DAYS / (YEAR_DAYS // 10)
    took, took_tenth = year.write_s + year.read_s, tenth.write_s + tenth.read_s
    return [
        Figure("schedule.json: a year of the West-Texas day", year.megabytes, "MB", MOST_YEAR_MB),
        Figure("schedule.json: bytes a day, a year to a tenth", year.megabytes / tenth.megabytes / longer, "", 1.05),
        Figure("schedule.json: seconds a day, a year to a tenth", took / took_tenth / longer, "", MOST_FILE_GROWTH),
    ]


def growing() -> list[Figure]:
    """Parts of a plan at two sizes."""
    finer = entries(minutes=5) / entries(minutes=15)
    figures = [Figure("growth: entries of a day's model, 5 minutes to 15", finer, "", MOST_ENTRIES_RATIO)]
    for what, small, large in (
        ("periods", {"hours": 96}, {"hours": 384}),
        ("items", {"items": 4}, {"items": 16}),
    ):
        for part, ratio in ratios(small, large).items():
            figures.append(Figure(f"growth: {part}, 4 × the {what}", ratio, "", MOST_GROWTH))
    return figures


def routes() -> None:
    """The routes beside each other, as ratios to HiGHS within this run (no bar: none wins everywhere)."""
    first = statistics.median(run.solve_s for run in runs(WEST_TEXAS, 3)[1:])
    for solver in ("scip", "cbc"):
        other = statistics.median(run.solve_s for run in runs(WEST_TEXAS, 3, solver)[1:])
        print(f"west-texas: {solver} takes {other / first:.2f} × the solver time of highs")


def _size(run: Run) -> str:
    return f"{run.columns} columns ({run.integers} integer), {run.rows} rows"


def asked() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--gap", metavar="SCENARIO", help="an example's name, or a scenario's folder or file")
    parser.add_argument("--solver", default="highs", help="for --gap; default: highs")
    parser.add_argument("--precision", type=float, default=gap.GAP, help="for --gap: the gap of each solve")
    parser.add_argument("--limit", type=float, default=gap.LIMIT_S, metavar="SECONDS", help="for --gap: of each solve")
    parser.add_argument("--mps", metavar="FILE", help="for --gap: write the problem there, with its names")
    return parser.parse_args()


def main() -> int:
    options = asked()
    if options.gap:
        gap.show(options.gap, options.solver, options.precision, options.limit, options.mps)
        return 0
    figures = []
    for measure in (west_texas, whole_bill, billing, rolling, reading, job_figures, files, growing):
        for figure in measure():
            print(figure, flush=True)
            figures.append(figure)
    routes()
    return 1 if options.check and not all(figure.met for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
