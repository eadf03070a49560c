"""Malformed input ends with exit code 2 and a report: the place, what was found, what is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from optimizer.cli import app
from tests.scenario.yard import PRICES, YARD, as_json, edited, series, write

PRICE = 'price_usd_per_mwh = { file = "prices.csv", column = "price" }'


def refused(result: Result) -> str:
    """The report of a refusal; it is on stderr, and no traceback."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output and "internal error" not in result.output
    return result.stderr


def validate(path: Path) -> Result:
    return CliRunner().invoke(app, ["validate", str(path)])


def line_of(report: str, place: str) -> str:
    """The one line of a report about a place."""
    lines = [line.strip() for line in report.splitlines() if line.startswith(f"  {place}: ")]
    assert len(lines) == 1, report
    return lines[0]


def test_the_yard_is_valid(tmp_path: Path) -> None:
    assert validate(write(tmp_path)).exit_code == 0


# (what it is, edits of the yard, place, what the report says there)
TOU = "tou = {{ windows = [{}] }}"
ALL_DAY = '{ name = "flat", price_usd_per_mwh = 40.0 }'
EDITS: list[tuple[str, list[tuple[str, str]], str, list[str]]] = [
    ("missing field", [("units = 100\n", "")], "fleets[0].units", ["missing", "required"]),
    ("missing section", [("[bitcoin]\nhashprice_usd_per_ph_day = 45.0\n", "")], "bitcoin", ["missing", "hashprice"]),
    ("unknown field", [("nodes = 4", "nodes = 4\nnode = 4")], "pools[0].node", ["4", "not a field", "schema"]),
    ("unknown section", [("[bitcoin]", "[dogecoin]\nx = 1\n\n[bitcoin]")], "dogecoin", ["{'x': 1}", "not a field"]),
    ("wrong type", [('name = "yard"', "name = 7")], "name", ["7", "string"]),
    ("string number", [("units = 100", 'units = "100"')], "fleets[0].units", ["'100'", "integer"]),
    (
        "bool number",
        [("availability = 0.98", "availability = true")],
        "fleets[0].availability",
        ["true", "a finite number"],
    ),
    ("bool count", [("groups = 10", "groups = true")], "fleets[0].groups", ["true", "integer"]),
    ("fraction of a machine", [("units = 100", "units = 100.5")], "fleets[0].units", ["100.5", "integer"]),
    ("NaN", [("import_limit_mw = 10.0", "import_limit_mw = nan")], "site.import_limit_mw", ["nan", "finite"]),
    ("infinite", [("gpu_hours = 20.0", "gpu_hours = inf")], "contracts[2].gpu_hours", ["inf", "finite"]),
    ("NaN in a list", [("[8.0, 8.0, 16.0", "[8.0, nan, 16.0")], "contracts[0].committed_gpus[1]", ["nan", "finite"]),
    ("huge number", [("units = 100", "units = 100000000000")], "fleets[0].units", ["100000000000", "10000000"]),
    ("schema version", [("schema_version = 1", "schema_version = 2")], "schema_version", ["2", "1"]),
    ("schema version true", [("schema_version = 1", "schema_version = true")], "schema_version", ["true", "whole"]),
    ("currency", [('name = "yard"', 'name = "yard"\ncurrency = "$"')], "currency", ["'$'", "e.g. USD"]),
    ("name with a slash", [('name = "miners"', 'name = "mi/ners"')], "fleets[0].name", ["'mi/ners'", "letter"]),
    ("unknown zone", [("America/Chicago", "America/Chigaco")], "time.zone", ["'America/Chigaco'", "IANA"]),
    ("zone outside the database", [("America/Chicago", "../../etc/passwd")], "time.zone", ["no IANA time zone"]),
    (
        "start as a number",
        [("start = 2026-01-05T00:00:00\ncomm", "start = 1767600000\ncomm")],
        "time.start",
        ["1767600000", "2026-01-15T18:00:00"],
    ),
    (
        "start out of reach",
        [("start = 2026-01-05T00:00:00\ncomm", "start = 9999-12-31T23:00:00\ncomm")],
        "time.start",
        ["9999-12-31T23:00:00", "1900 to 2199"],
    ),
    (
        "start off the grid",
        [("start = 2026-01-05T00:00:00\ncomm", "start = 2026-01-05T00:00:30\ncomm")],
        "time.start",
        ["five-minute mark"],
    ),
    (
        "both lengths",
        [("committed_periods = 4", "committed_periods = 4\ncommitted_days = 1")],
        "time.committed_days",
        ["both", "give one"],
    ),
    ("no length", [("committed_periods = 4\n", "")], "time.committed_days", ["neither", "give one"]),
    (
        "odd resolution",
        [("committed_periods = 4", "committed_periods = 4\nresolution_minutes = 20")],
        "time.resolution_minutes",
        ["20", "5, 15, 30 or 60"],
    ),
    (
        "too many periods",
        [("committed_periods = 4", "committed_days = 400\nresolution_minutes = 5\nlook_ahead_days = 9")],
        "time.resolution_minutes",
        ["117", "at most 105408"],
    ),
    (
        "list of wrong length",
        [("[8.0, 8.0, 16.0, 8.0]", "[8.0, 8.0]")],
        "contracts[0].committed_gpus",
        ["a list of 2 values", "4 periods"],
    ),
    ("empty list", [("[8.0, 8.0, 16.0, 8.0]", "[]")], "contracts[0].committed_gpus", ["[]", "at least 1"]),
    (
        "series of no form",
        [("it_limit_mw = 9.0", "it_limit_mw = { mw = 9.0 }")],
        "site.halls[0].it_limit_mw",
        ["{'mw': 9.0}", "file", "interval_minutes"],
    ),
    (
        "naive timed series",
        [
            (
                "it_limit_mw = 9.0",
                "it_limit_mw = { start = 2026-01-05T00:00:00, interval_minutes = 240, values = [9.0] }",
            )
        ],
        "site.halls[0].it_limit_mw.start",
        ["2026-01-05T00:00:00", "timezone"],
    ),
    (
        "timed series too short",
        [
            (
                "it_limit_mw = 9.0",
                "it_limit_mw = { start = 2026-01-05T06:00:00Z, interval_minutes = 60, values = [9.0] }",
            )
        ],
        "site.halls[0].it_limit_mw",
        ["no value at 2026-01-05T01:00:00-06:00", "covers"],
    ),
    (
        "negative limit",
        [("import_limit_mw = 10.0", "import_limit_mw = -10.0")],
        "site.import_limit_mw",
        ["-10 at 2026-01-05T00:00:00-06:00", "at least 0"],
    ),
    (
        "availability above 1",
        [("availability = 0.98", "availability = [0.9, 0.9, 1.2, 0.9]")],
        "fleets[0].availability",
        ["1.2 at 2026-01-05T02:00:00-06:00", "at most 1"],
    ),
    ("PUE below 1", [("pue = [1.05, 1.2]", "pue = [0.95, 1.2]")], "site.halls[0].pue.pue[0]", ["0.95", "1"]),
    (
        "PUE number below 1",
        [("pue = { ambient_c = [0.0, 30.0], pue = [1.05, 1.2] }", "pue = 0.9")],
        "site.halls[0].pue",
        ["0.9", "at least 1"],
    ),
    (
        "PUE table of two lengths",
        [("ambient_c = [0.0, 30.0]", "ambient_c = [0.0]")],
        "site.halls[0].pue",
        ["1 temperatures and 2 values"],
    ),
    (
        "PUE table not rising",
        [("ambient_c = [0.0, 30.0]", "ambient_c = [30.0, 0.0]")],
        "site.halls[0].pue.ambient_c",
        ["[30.0, 0.0]", "rising"],
    ),
    (
        "PUE table without ambient",
        [('ambient_c = { file = "weather.csv", column = "ambient_c" }\n', "")],
        "site.ambient_c",
        ["missing", "PUE table of hall hall"],
    ),
    (
        "release after deadline",
        [("release = 2026-01-05T00:00:00", "release = 2026-01-06T00:00:00")],
        "contracts[2].deadline",
        ["2026-01-05T03:00:00-06:00", "later than its release 2026-01-06"],
    ),
    (
        "hard end before the deadline",
        [("deadline = 2026-01-05T03:00:00", "deadline = 2026-01-05T03:00:00\nhard_end = 2026-01-05T02:00:00")],
        "contracts[2].hard_end",
        ["2026-01-05T02:00:00-06:00", "not before its deadline"],
    ),
    (
        "lateness without hard end",
        [("gpu_hours = 20.0", "gpu_hours = 20.0\nlateness_usd_per_hour = 5.0")],
        "contracts[2].hard_end",
        ["missing", "lateness_usd_per_hour"],
    ),
    (
        "a floor that no capacity meets",
        [("committed_gpus = ", "availability_floor = 0.9\ncommitted_gpus = [40.0, 40.0, 40.0, 40.0] #")],
        "contracts[0].availability_floor",
        ["0.9 of 160 GPU-hours", "at most 0.8", "32 GPUs"],
    ),
    (
        "restart hours without least GPUs",
        [("gpu_hours = 20.0", "gpu_hours = 20.0\nrestart_gpu_hours = 2.0")],
        "contracts[2].min_gpus",
        ["0", "at least 1", "restart_gpu_hours"],
    ),
    (
        "least above most",
        [("gpu_hours = 20.0", "gpu_hours = 20.0\nmin_gpus = 17.0")],
        "contracts[2].min_gpus",
        ["17", "16"],
    ),
    (
        "more GPUs than a pool has",
        [("max_gpus = 16.0", "max_gpus = 64.0\npreemptible = false")],
        "contracts[2].max_gpus",
        ["64", "at most 32"],
    ),
    (
        "tiers out of order",
        [("below = 0.95", "below = 0.995")],
        "contracts[0].tiers[1].below",
        ["0.995 after 0.99", "falling"],
    ),
    (
        "credits out of order",
        [("credit_share = 0.3", "credit_share = 0.05")],
        "contracts[0].tiers[1].credit_share",
        ["0.05 after 0.1", "rising"],
    ),
    (
        "SLA floor that no capacity meets",
        [("[8.0, 8.0, 16.0, 8.0]", "64.0\navailability_floor = 0.9")],
        "contracts[0].availability_floor",
        ["0.9 of 256 GPU-hours", "at most 0.5", "32 GPUs"],
    ),
    (
        "kind of contract unknown",
        [('kind = "batch"', 'kind = "lease"')],
        "contracts[2].kind",
        ["'lease'", "'reserved', 'batch', 'spot'"],
    ),
    ("kind of contract missing", [('kind = "batch"\n', "")], "contracts[2].kind", ["missing", "which kind"]),
    (
        "modes not unique",
        [('name = "low"', 'name = "normal"')],
        "fleets[0].modes[1].name",
        ["'normal'", "fleets[0].modes[0]"],
    ),
    (
        "no mode hashes",
        [(", hashrate_th_per_s = 200.0", ""), (", hashrate_th_per_s = 150.0", "")],
        "fleets[0].modes",
        ["hashes"],
    ),
    (
        "units that groups do not divide",
        [("units = 100", "units = 101")],
        "fleets[0].units",
        ["101 machines in 10 groups", "divide"],
    ),
    (
        "pool that does not exist",
        [('pools = ["pool"]\ngpu_hours', 'pools = ["pool", "h100"]\ngpu_hours')],
        "contracts[2].pools[1]",
        ["'h100'", "one of: pool"],
    ),
    (
        "hall that does not exist",
        [('hall = "hall"\nunits', 'hall = "barn"\nunits')],
        "fleets[0].hall",
        ["'barn'", "one of: hall"],
    ),
    (
        "two of one name",
        [
            ('name = "pool"', 'name = "miners"'),
            ('pools = ["pool"]\ngpu_hours', 'pools = ["miners"]\ngpu_hours'),
            ('pools = ["pool"]\ndem', 'pools = ["miners"]\ndem'),
            ('pools = ["pool"]\ncom', 'pools = ["miners"]\ncom'),
        ],
        "pools[0].name",
        ["'miners'", "fleets[0]"],
    ),
    ("reserved name", [('name = "miners"', 'name = "site"')], "fleets[0].name", ["'site'", "another name"]),
    (
        "order that ends before it begins",
        [("end = 2026-01-05T03:00:00", "end = 2026-01-05T01:00:00")],
        "site.curtailment[0].end",
        ["01:00:00", "later than its start"],
    ),
    (
        "order at a skipped time",
        [("end = 2026-01-05T03:00:00", "end = 2026-03-08T02:30:00")],
        "site.curtailment[0].end",
        ["2026-03-08T02:30:00 does not exist", "skip"],
    ),
    (
        "both price and TOU",
        [(PRICE, PRICE + "\n" + TOU.format(ALL_DAY))],
        "supply.energy",
        ["both are given", "exactly one"],
    ),
    ("no price", [(PRICE + "\n", "")], "supply.energy", ["neither is given"]),
    (
        "TOU with a hole",
        [(PRICE, TOU.format(ALL_DAY.replace("}", ", start = 02:00:00, end = 00:00:00 }")))],
        "supply.energy.tou",
        ["2026-01-05T00:00:00-06:00", "cover every moment"],
    ),
    (
        "TOU off the grid",
        [(PRICE, TOU.format(ALL_DAY + ", " + ALL_DAY.replace("flat", "odd").replace("}", ", end = 02:03:00 }")))],
        "supply.energy.tou.windows[1].end",
        ["02:03:00", "five-minute mark"],
    ),
    (
        "TOU time as a number",
        [(PRICE, TOU.format(ALL_DAY.replace("}", ", end = 300 }")))],
        "supply.energy.tou.windows[0].end",
        ["300", "18:00:00"],
    ),
    (
        "TOU month 13",
        [(PRICE, TOU.format(ALL_DAY.replace("}", ", months = [13] }")))],
        "supply.energy.tou.windows[0].months[0]",
        ["13", "12"],
    ),
    (
        "TOU month 0",
        [(PRICE, TOU.format(ALL_DAY.replace("}", ", months = [0] }")))],
        "supply.energy.tou.windows[0].months[0]",
        ["0", "1"],
    ),
    (
        "TOU kind of day",
        [(PRICE, TOU.format(ALL_DAY.replace("}", ', days = ["monday"] }')))],
        "supply.energy.tou.windows[0].days[0]",
        ["'monday'", "'weekday'"],
    ),
    (
        "holiday calendar of no country",
        [(PRICE, TOU.format(ALL_DAY).replace("] }", '], holidays = "XX" }'))],
        "supply.energy.tou.holidays",
        ["'XX'", "US-TX"],
    ),
    (
        "holiday calendar of no state",
        [(PRICE, TOU.format(ALL_DAY).replace("] }", '], holidays = "US-ZZ" }'))],
        "supply.energy.tou.holidays",
        ["'US-ZZ'"],
    ),
    (
        "holiday calendar that is a name in Python",
        [(PRICE, TOU.format(ALL_DAY).replace("] }", '], holidays = "__init__" }'))],
        "supply.energy.tou.holidays",
        ["'__init__'"],
    ),
    (
        "hashprice in two ways",
        [
            (
                "hashprice_usd_per_ph_day = 45.0",
                "hashprice_usd_per_ph_day = 45.0\nhashprice_btc_per_ph_day = 0.0005\nbtc_price_usd = 9e4",
            )
        ],
        "bitcoin",
        ["more than one way", "one of"],
    ),
    ("hashprice in no way", [("hashprice_usd_per_ph_day = 45.0", "pool_fee = 0.01")], "bitcoin", ["in no way"]),
    (
        "hashprice in BTC without its price",
        [("hashprice_usd_per_ph_day = 45.0", "hashprice_btc_per_ph_day = 0.0005")],
        "bitcoin.btc_price_usd",
        ["missing", "USD per BTC"],
    ),
    (
        "derived hashprice without height",
        [("hashprice_usd_per_ph_day = 45.0", "btc_price_usd = 9e4\nnetwork_hashrate_eh_per_s = 800.0")],
        "bitcoin.block_height",
        ["missing", "height"],
    ),
    (
        "network and difficulty",
        [
            (
                "hashprice_usd_per_ph_day = 45.0",
                "btc_price_usd = 9e4\nblock_height = 900000.0\nnetwork_hashrate_eh_per_s = 800.0\ndifficulty = 1e14",
            )
        ],
        "bitcoin.difficulty",
        ["beside network_hashrate", "one of the two"],
    ),
    (
        "network of zero",
        [
            (
                "hashprice_usd_per_ph_day = 45.0",
                "btc_price_usd = 9e4\nblock_height = 900000.0\nnetwork_hashrate_eh_per_s = 0.0",
            )
        ],
        "bitcoin.network_hashrate_eh_per_s",
        ["0 at", "more than 0"],
    ),
    (
        "peak below idle",
        [("peak_power_w = 10000.0", "peak_power_w = 1000.0")],
        "pools[0].peak_power_w",
        ["1000", "2000"],
    ),
    (
        "state of other groups",
        [("[[pools]]", '[state.fleets.miners]\ngroups = [{ mode = "normal", groups = 7 }]\n\n[[pools]]')],
        "state.fleets.miners.groups",
        ["7 groups", "10"],
    ),
    (
        "state in no mode",
        [("[[pools]]", '[state.fleets.miners]\ngroups = [{ mode = "turbo", groups = 10 }]\n\n[[pools]]')],
        "state.fleets.miners.groups[0].mode",
        ["'turbo'", "off, normal, low"],
    ),
    (
        "state of an unknown pool",
        [("[[pools]]", "[state.pools.h100]\nit_power_mw = 0.0\n\n[[pools]]")],
        "state.pools.h100",
        ["'h100'", "one of: pool"],
    ),
    (
        "state of other nodes",
        [
            (
                '[[contracts]]\nkind = "spot"',
                '[state.pools.pool]\nnodes = [{ on = true, nodes = 5 }]\n\n[[contracts]]\nkind = "spot"',
            )
        ],
        "state.pools.pool.nodes",
        ["5 nodes", "4"],
    ),
    (
        "state of another moment",
        [("[[pools]]", "[state]\nat = 2026-01-05T01:00:00-06:00\n\n[[pools]]")],
        "state.at",
        ["2026-01-05T01:00:00-06:00", "2026-01-05T00:00:00-06:00"],
    ),
    (
        "state without offset",
        [("[[pools]]", "[state]\nat = 2026-01-05T00:00:00\n\n[[pools]]")],
        "state.at",
        ["timezone"],
    ),
    (
        "state of another kind",
        [("[[pools]]", '[state.contracts.train]\nkind = "spot"\n\n[[pools]]')],
        "state.contracts.train.kind",
        ["spot", "batch"],
    ),
    (
        "state with more done than owed",
        [("[[pools]]", '[state.contracts.train]\nkind = "batch"\nstarted = true\ndone_gpu_hours = 21.0\n\n[[pools]]')],
        "state.contracts.train.done_gpu_hours",
        ["21", "20 owed"],
    ),
]


@pytest.mark.parametrize(("edits", "place", "words"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS])
def test_an_edit_is_refused(tmp_path: Path, edits: list[tuple[str, str]], place: str, words: list[str]) -> None:
    line = line_of(refused(validate(write(tmp_path, edited(*edits)))), place)
    assert [word for word in words if word not in line] == [], line


def test_there_are_at_least_thirty_kinds() -> None:
    assert len({name for name, *_ in EDITS}) == len(EDITS) >= 30


# Series files -----------------------------------------------------------------------------------------------

LINES = PRICES.splitlines(keepends=True)
SERIES: list[tuple[str, str | bytes, list[str]]] = [
    ("gap", "".join(LINES[:2] + LINES[3:]), ["no value at 2026-01-05T01:00:00-06:00"]),
    ("duplicate", "".join([*LINES[:3], *LINES[2:]]), ["2026-01-05T07:00:00+00:00 stands twice"]),
    ("NaN", PRICES.replace("41", "NaN"), ["no value at 2026-01-05T01:00:00-06:00", "NaN"]),
    ("blank", PRICES.replace("41", ""), ["no value at 2026-01-05T01:00:00-06:00"]),
    ("infinite", PRICES.replace("41", "-inf"), ["2026-01-05T07:00:00+00:00", "out of range"]),
    ("text", PRICES.replace("41", "n/a"), ["2026-01-05T07:00:00+00:00", "'n/a' is no number"]),
    ("naive timestamp", PRICES.replace("01:00:00-06:00", "01:00:00"), ["row 3", "2026-01-05T01:00:00 has no offset"]),
    ("no timestamp", PRICES.replace("2026-01-05T01:00:00-06:00", "1/5/2026 1:00"), ["row 3", "'1/5/2026 1:00'"]),
    ("timestamp out of reach", PRICES.replace("2026-01-05T00", "0001-01-01T00"), ["row 2", "1900 to 2199"]),
    ("unsorted", "".join([LINES[0], LINES[2], LINES[1], *LINES[3:]]), ["2026-01-05T06:00:00+00:00", "order of time"]),
    ("not covering the end", "".join(LINES[:4]), ["no value at 2026-01-05T03:00:00-06:00", "covers"]),
    ("not covering the start", LINES[0] + "".join(LINES[2:]), ["no value at 2026-01-05T00:00:00-06:00"]),
    ("unknown column", PRICES.replace("price", "lmp"), ["no column 'price'", "one of: interval_start, lmp"]),
    ("no time column", PRICES.replace("interval_start", "time"), ["no column 'interval_start'"]),
    (
        "two columns of one name",
        "interval_start,price,price\n2026-01-05T00:00:00-06:00,1,2\n",
        ["two columns", "'price'"],
    ),
    ("thousands separator", PRICES.replace("41", '"1,041"'), ["'1,041' is no number", "without separators"]),
    ("underscores", PRICES.replace("41", "1_041"), ["'1_041' is no number"]),
    ("irregular steps", PRICES.replace("T02:00", "T02:20"), ["2026-01-05T07:00:00+00:00 is off the 40-minute steps"]),
    ("half minutes", PRICES.replace("T01:00:00", "T00:00:30"), ["intervals of 0.5 minutes"]),
    ("too many cells", PRICES.replace("41", "41,9"), ["line 3: 3 cells"]),
    ("empty file", b"", ["is empty"]),
    ("header only", LINES[0], ["no rows"]),
    ("not UTF-8", PRICES.encode("utf-16"), ["byte 0 is not UTF-8"]),
    ("endless cell", PRICES.replace("41", "4" * 200_000), ["no valid CSV"]),
]


@pytest.mark.parametrize(("prices", "words"), [s[1:] for s in SERIES], ids=[s[0] for s in SERIES])
def test_a_series_is_refused(tmp_path: Path, prices: str | bytes, words: list[str]) -> None:
    line = line_of(refused(validate(write(tmp_path, prices=prices))), "supply.energy.price_usd_per_mwh")
    assert "prices.csv" in line
    assert [word for word in words if word not in line] == [], line


def _link(folder: Path) -> None:
    outside = folder.parent / "outside.csv"
    outside.write_text(PRICES)
    (folder / "link.csv").symlink_to(outside)


def _link_to_folder(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "prices.csv").write_text(PRICES)
    (folder / "elsewhere").symlink_to(outside)


def _parquet(**columns: list[object]) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        pd.DataFrame(columns).to_parquet(folder / "prices.parquet")

    return make


def _nothing(_: Path) -> None:
    pass


HOURS: list[object] = list(pd.date_range("2026-01-05", periods=4, freq="h", tz="America/Chicago"))
FILES: list[tuple[str, str, Callable[[Path], None], list[str]]] = [
    ("outside the folder", "../prices.csv", _nothing, ["'../prices.csv' leads out"]),
    ("outside and there", "../outside.csv", _link, ["'../outside.csv' leads out"]),
    ("absolute path", "/prices.csv", _nothing, ["leads out"]),
    ("link that leads out", "link.csv", _link, ["'link.csv' leads out"]),
    ("folder link that leads out", "elsewhere/prices.csv", _link_to_folder, ["leads out"]),
    ("link in a circle", "loop.csv", lambda f: (f / "loop.csv").symlink_to("loop.csv"), ["no file 'loop.csv'"]),
    ("address", "https://example.org/prices.csv", _nothing, ["is an address"]),
    ("file address", "file:///prices.csv", _nothing, ["is an address"]),
    ("NUL in the name", "x\\u0000.csv", _nothing, ["'x\\x00.csv'"]),
    ("directory", "folder.csv", lambda f: (f / "folder.csv").mkdir(), ["no regular file"]),
    ("missing file", "lmp.csv", _nothing, ["no file 'lmp.csv'"]),
    ("wrong suffix", "prices.xlsx", lambda f: (f / "prices.xlsx").write_text(PRICES), [".csv or .parquet"]),
    ("corrupt Parquet", "p.parquet", lambda f: (f / "p.parquet").write_bytes(b"PAR1 no PAR1"), ["no valid Parquet"]),
    ("empty Parquet", "p.parquet", lambda f: (f / "p.parquet").write_bytes(b""), ["no valid Parquet"]),
    (
        "Parquet of truth values",
        "prices.parquet",
        _parquet(interval_start=HOURS, price=[True, False, True, True]),
        ["'True' is no number"],
    ),
    (
        "Parquet with a naive clock",
        "prices.parquet",
        _parquet(interval_start=[h.tz_localize(None) for h in HOURS], price=[1.0, 2.0, 3.0, 4.0]),  # type: ignore[attr-defined]
        ["row 1", "no offset"],
    ),
    (
        "Parquet with a null",
        "prices.parquet",
        _parquet(interval_start=HOURS, price=[1.0, 2.0, None, 4.0]),
        ["no value at 2026-01-05T02:00:00-06:00"],
    ),
    (
        "Parquet without a time",
        "prices.parquet",
        _parquet(interval_start=[None, *HOURS[1:]], price=[1.0, 2.0, 3.0, 4.0]),
        ["row 1", "no timestamp"],
    ),
]


@pytest.mark.parametrize(("file", "make", "words"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_a_file_is_refused(tmp_path: Path, file: str, make: Callable[[Path], object], words: list[str]) -> None:
    folder = write(tmp_path / "yard", edited(('"prices.csv"', f'"{file}"')))
    make(folder)
    line = line_of(refused(validate(folder)), "supply.energy.price_usd_per_mwh")
    assert [word for word in words if word not in line] == [], line


# Documents --------------------------------------------------------------------------------------------------

DEEP = 100_000
DOCUMENTS: list[tuple[str, str, bytes, list[str]]] = [
    ("TOML syntax", "toml", YARD.replace("units = 100", "units = ").encode(), ["no valid TOML", "line 29"]),
    ("TOML key twice", "toml", YARD.replace("units = 100", "units = 100\nunits = 100").encode(), ["line 30"]),
    ("TOML with a number of 5,000 digits", "toml", b"x = " + b"9" * 5000, ["no valid TOML"]),
    ("TOML not UTF-8", "toml", YARD.replace('"yard"', '"y\xe4rd"').encode("latin-1"), ["line 2", "not UTF-8"]),
    ("TOML nested deeply", "toml", b"x = " + b"[" * DEEP + b"]" * DEEP, ["nested too deeply"]),
    ("JSON syntax", "json", b'{"schema_version": 1,\n "name": }', ["no valid JSON", "line 2 column 10"]),
    ("JSON key twice", "json", b'{"schema_version": 1, "name": "a", "name": "b"}', ["'name' stands twice"]),
    ("JSON NaN", "json", as_json().replace("45.0", "NaN").encode(), ["NaN is no finite number"]),
    ("JSON infinity", "json", as_json().replace("45.0", "-Infinity").encode(), ["-Infinity is no finite number"]),
    ("JSON overflow", "json", as_json().replace("45.0", "1e999").encode(), ["hashprice_usd_per_ph_day: inf", "finite"]),
    ("JSON not UTF-8", "json", b'{"name": "\xff"}', ["line 1", "not UTF-8"]),
    ("JSON half a surrogate", "json", as_json().replace('"yard"', '"\\ud800"').encode(), ["'\\ud800'"]),
    ("JSON half a surrogate as a key", "json", as_json().replace('"name"', '"\\ud800"', 1).encode(), ["\\ud800"]),
    ("JSON nested deeply", "json", b'{"x": ' + b"[" * DEEP + b"]" * DEEP + b"}", ["nested too deeply"]),
    ("JSON list", "json", b"[1, 2]", ["a list"]),
    ("JSON empty", "json", b"", ["no valid JSON"]),
    ("JSON null byte", "json", b'{"name": "a\x00b"}', ["no valid JSON"]),
]


@pytest.mark.parametrize(("form", "data", "words"), [d[1:] for d in DOCUMENTS], ids=[d[0] for d in DOCUMENTS])
def test_a_document_is_refused(tmp_path: Path, form: str, data: bytes, words: list[str]) -> None:
    path = write(tmp_path) / f"scenario.{form}"
    path.write_bytes(data)
    report = refused(validate(path))
    assert path.name in report.splitlines()[0]
    assert [word for word in words if word not in report] == [], report


@pytest.mark.parametrize("depth", [50, 200, 400, 600, 800, 1000, 2000])
def test_no_depth_of_nesting_is_too_much(tmp_path: Path, depth: int) -> None:
    for name, text in (
        ("list.json", '{"x": ' + "[" * depth + "]" * depth + "}"),
        ("object.json", '{"site": ' + '{"a":' * depth + "1" + "}" * depth + "}"),
        ("list.toml", "x = " + "[" * depth + "]" * depth),
    ):
        (tmp_path / name).write_text(text)
        refused(validate(tmp_path / name))


def test_a_missing_scenario_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refused(validate(tmp_path))
    assert "cannot be read" in refused(validate(tmp_path / "none.toml"))
    (tmp_path / "scenario.yaml").write_text("")
    assert "a folder, a .toml or a .json" in refused(validate(tmp_path / "scenario.yaml"))
    (tmp_path / "folder.toml").mkdir()
    assert "cannot be read" in refused(validate(tmp_path / "folder.toml"))


def test_a_key_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    text = edited(('name = "yard"', 'name = "yard"\n"\\u001b[31mred" = 1'))
    report = refused(validate(write(tmp_path, text)))
    assert "\x1b" not in report
    assert "'\\x1b[31mred'" in report


def test_the_day_of_a_clock_change_is_whole_periods(tmp_path: Path) -> None:
    text = edited(
        ("America/Chicago", "Australia/Lord_Howe"),
        ("start = 2026-01-05T00:00:00\ncommitted_periods = 4", "start = 2026-04-05T00:00:00\ncommitted_days = 1"),
    )
    line = line_of(refused(validate(write(tmp_path, text))), "time.committed_days")
    assert "1 day, 0:30:00" in line and "60-minute" in line and "resolution_minutes" in line


def test_a_start_that_the_clocks_skip_is_refused(tmp_path: Path) -> None:
    text = edited(("start = 2026-01-05T00:00:00\ncomm", "start = 2026-03-08T02:30:00\ncomm"))
    assert "does not exist" in line_of(refused(validate(write(tmp_path, text))), "time.start")


# All at once ------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = edited(
        ("units = 100", "units = 101"),
        ("release = 2026-01-05T00:00:00", "release = 2026-01-06T00:00:00"),
        ("below = 0.95", "below = 0.995"),
        ('hall = "hall"\nnodes', 'hall = "barn"\nnodes'),
        ("availability = 0.98", "availability = 1.98"),
    )
    report = refused(validate(write(tmp_path, text, prices=series("lmp", [1]))))
    assert report.splitlines()[0].endswith("scenario.toml: 6 faults")
    for place in (
        "supply.energy.price_usd_per_mwh",
        "fleets[0].units",
        "fleets[0].availability",
        "pools[0].hall",
        "contracts[0].tiers[1].below",
        "contracts[2].deadline",
    ):
        line_of(report, place)


def test_faults_of_fields_do_not_hide_faults_across_them(tmp_path: Path) -> None:
    text = edited(
        ("units = 100", "unit = 100"),
        ("nodes = 4", 'nodes = "4"'),
        ("[8.0, 8.0, 16.0, 8.0]", "[8.0, 8.0, nan, 8.0]"),
        ("release = 2026-01-05T00:00:00", "release = 2026-01-06T00:00:00"),
        ("below = 0.95", "below = 0.995"),
    )
    report = refused(validate(write(tmp_path, text)))
    for place in (
        "fleets[0].units",
        "fleets[0].unit",
        "pools[0].nodes",
        "contracts[0].committed_gpus[2]",
        "contracts[0].tiers[1].below",
        "contracts[2].deadline",
    ):
        line_of(report, place)
    assert report.splitlines()[0].endswith("6 faults")  # and nothing that only a stand-in would explain


def test_what_refers_to_a_fault_is_not_called_one(tmp_path: Path) -> None:
    """A pool with a bad name, a count that is none: what depends on them is left alone."""
    text = edited(
        ('name = "pool"', 'name = "po/ol"'),
        ("nodes = 4", "nodes = 0"),
        ("max_gpus = 16.0", "max_gpus = 16.0\npreemptible = false"),
    )
    report = refused(validate(write(tmp_path, text)))
    assert [line.split(":")[0].strip() for line in report.splitlines()[1:]] == ["pools[0].name", "pools[0].nodes"]


def test_solve_says_the_same_as_json(tmp_path: Path) -> None:
    folder = write(tmp_path, edited(("units = 100", "units = 101"), ("below = 0.95", "below = 0.995")))
    result = CliRunner().invoke(app, ["solve", str(folder), "--json"])
    refused(result)
    answer = json.loads(result.stdout)
    assert answer["error"].splitlines()[0].endswith("2 faults")
    assert {fault["place"] for fault in answer["faults"]} == {"fleets[0].units", "contracts[0].tiers[1].below"}
    assert all(fault["found"] and fault["allowed"] for fault in answer["faults"])
    plain = CliRunner().invoke(app, ["solve", str(folder)])
    assert plain.stdout == "" and "fleets[0].units" in refused(plain)


def test_stdin_is_checked_as_a_file_is() -> None:
    result = CliRunner().invoke(app, ["solve", "-"], input='{"schema_version": 1}')
    assert refused(result).splitlines()[0] == "stdin: 4 faults"
