"""The pages tell the truth: what they name is there, commands and code run, tables are those of the code."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer.main

from optimizer import load
from optimizer.cli.commands import app
from optimizer.errors import ExitCode
from solvers import Abilities, SolverUnavailable, abilities
from solvers.registry import names
from tests.cli.run import wattshift
from tests.test_structure import FLOORS, ROOT

README = ROOT / "README.md"
SCENARIOS, SOLVERS, BUILT, TESTS = (
    ROOT / room / "README.md" for room in ("scenarios", "solvers", "optimizer", "tests")
)
PAGES = (
    README,
    SCENARIOS,
    SOLVERS,
    BUILT,
    *sorted((ROOT / "optimizer").glob("[!R]*.md")),
    ROOT / "tests" / "README.md",
)
MOST_LINES = 150
TOP = ("optimizer", "solvers", "scenarios", "tests", ".ci", ".lock")
NOT_YET = ("NAME", "turbine", "ondemand.py")
"""Parts of paths that a reader makes."""
SCRIPTS = ("tests/benchmarks/__main__.py", "tests/proof/__main__.py", "scenarios/generate.py")
"""Whose options the pages name beside those of the commands."""

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(page), re.MULTILINE | re.DOTALL)


def spans(page: Path) -> list[str]:
    """What a page says as code: in a sentence, or as a line of a shell block."""
    prose = re.sub(r"^```.*?^```", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    lines = [part.strip() for block in blocks(page, "sh") for line in block.splitlines() for part in line.split("&&")]
    return [*(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)), *lines]


def table(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table behind a heading: their cells, the first row names the columns."""
    rows = re.search(r"(?:^\|.*\n)+", text_of(page).split(heading, 1)[1], re.MULTILINE)
    assert rows is not None
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in rows[0].splitlines()]
    return [cells[0], *cells[2:]]


def test_the_first_page_is_short() -> None:
    assert len(text_of(README).splitlines()) <= MOST_LINES


# What is named is there -----------------------------------------------------------------------------------


def paths(page: Path) -> Iterator[str]:
    for span in spans(page):
        for said in span.split():
            word = said.rstrip(",;:.").split("::")[0]
            if "/" in word and word.split("/")[0] in TOP and not any(made in word for made in NOT_YET):
                yield word


@by_page
def test_every_path_is_there(page: Path) -> None:
    assert [path for path in paths(page) if not list(ROOT.glob(path.rstrip("/")))] == []


@by_page
def test_every_module_is_there(page: Path) -> None:
    named = {m for span in spans(page) for m in re.findall(r"\b(?:optimizer|solvers|tests)(?:\.[a-z_]+)+\b", span)}
    wrong = []
    for module in named - {name for name in named if name.endswith((".py", ".md", ".toml", ".json"))}:
        path = ROOT / module.replace(".", "/")
        there = path.is_dir() or path.with_suffix(".py").is_file()
        if not there and not (path.parent.is_dir() or path.parent.with_suffix(".py").is_file()):
            wrong.append(module)
    assert wrong == []


def options_of(command: Any) -> set[str]:
    return {"--help"} | {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


def command_named(words: list[str]) -> Any:
    """The command that a line calls, past groups; None where there is none."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        name = words.pop(0) if words else ""
        if name not in command.commands:
            return None
        command = command.commands[name]
    return command


@by_page
def test_every_command_and_its_options_are_there(page: Path) -> None:
    wrong = []
    for span in spans(page):
        line = span.replace(".venv/bin/", "").replace("[", " ").replace("]", " ")
        if not line.startswith("wattshift ") or set(line.split()[1:]) <= {"import", "tariff", "…", "COMMAND"}:
            continue
        words = line.split("#")[0].split()[1:]
        if words[0].startswith("--"):
            command: Any = typer.main.get_command(app)
        else:
            command = command_named(words)
        given = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        if command is None or not given <= options_of(command):
            wrong.append(span)
    assert wrong == []


@by_page
def test_every_option_is_there(page: Path) -> None:
    known = set(re.findall(r'"(--[a-z-]+)"', "".join(text_of(ROOT / script) for script in SCRIPTS)))
    waiting = [typer.main.get_command(app)]
    while waiting:
        command: Any = waiting.pop()
        known |= options_of(command)
        waiting += getattr(command, "commands", {}).values()
    named = {option for span in spans(page) for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", span)}
    assert named - known - {"--no-compile", "--no-deps", "--all"} == set()


# What stands there runs -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the examples as in a checkout."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios" / "first-steps", tmp_path / "scenarios" / "first-steps")
    return tmp_path


@pytest.mark.parametrize("page", [README, SOLVERS, TESTS], ids=["README", "solvers", "tests"])
def test_python_runs_as_printed(page: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(page, "python")
    assert len(code.splitlines()) <= 15
    exec(compile(code, str(page), "exec"), {})
    printed = capsys.readouterr().out
    if page == README:
        assert printed.startswith("proven 651.6")
        assert {path.name for path in (folder / "out").iterdir()} >= {"schedule.json", "dispatch.csv", "ledger.parquet"}
    else:
        assert printed.startswith({SOLVERS: "proven 3.0 3.0\n", TESTS: "50.0\n"}[page])


def test_the_plan_shown_is_the_plan_made(folder: Path) -> None:
    (shown,) = blocks(README, "text")
    made = wattshift("solve", "scenarios/first-steps", env={"COLUMNS": "120"}).stdout
    assert [line.rstrip() for line in made.splitlines()][: len(shown.splitlines())] == shown.splitlines()


def test_the_scenario_by_example_loads(folder: Path) -> None:
    first = datetime(2026, 8, 12, tzinfo=ZoneInfo("America/Chicago"))
    columns = {
        "weather.csv": {"ambient_c": 25.0, "wind": 0.4, "park_mw": 3.0},
        "prices.csv": {"price_usd_per_mwh": 40.0, "day_ahead": 41.0},
        "peaks.csv": {"probability": 0.001},
    }
    for name, values in columns.items():
        rows = [[(first + timedelta(hours=hour)).isoformat(), *map(str, values.values())] for hour in range(30)]
        text = "\n".join(",".join(row) for row in [["interval_start", *values], *rows])
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "scenario.toml").write_text("\n".join(blocks(SCENARIOS, "toml")), encoding="utf-8")
    scenario = load(folder)
    given = {"fleets", "pools", "contracts", "supply", "site", "bitcoin", "state"}
    assert given <= scenario.model_fields_set
    listed = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))["supply"]
    assert {"tariff", "reserves", "demand_response", "renewables", "generators", "batteries", "ppas"} <= set(listed)
    assert scenario.state.tariff.months[0].peaks_mw == {"distribution": 37.5, "peak": 36.0}


def run(line: str) -> None:
    """A line of a shell block: a command, or one text added to another."""
    words = shlex.split(line)
    if words[0] == "cat":
        _, source, way, target = words
        assert way == ">>"
        Path(target).write_text(Path(target).read_text("utf-8") + Path(source).read_text("utf-8"), encoding="utf-8")
        return
    assert words[0] == "wattshift", line
    result = wattshift(*words[1:])
    # A roll is feasible, not proven: its days are.
    assert result.exit_code == ExitCode.PROVEN, f"{line}\n{result.output}"


def test_an_own_site_as_printed(folder: Path) -> None:
    rows = ['"Delivery Date","Hour Ending","Repeated Hour Flag","Settlement Point","Settlement Point Price"']
    rows += [f"07/14/2026,{hour:02}:00,N,LZ_WEST,{20 if hour < 18 else 130}" for hour in range(1, 25)]
    (folder / "DAMLZHBSPP_2026.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "fleets.csv").write_text("name,model,units,groups\ns21-row,Antminer S21,6000,20\n", encoding="utf-8")
    rate = {"name": "wires", "sector": "Industrial", "fixedchargefirstmeter": 850.0, "fixedchargeunits": "$/month"}
    rate |= {"flatdemandunit": "kW", "flatdemandstructure": [[{"rate": 0.1}]], "flatdemandmonths": [0] * 12}
    (folder / "rate.json").write_text(json.dumps(rate), encoding="utf-8")
    steps = next(block for block in blocks(README, "sh") if "tariff import" in block).splitlines()
    assert [line.split()[0] for line in steps].count("wattshift") == 5
    for line in steps:
        run(line)
    assert load(folder / "my-site").supply.tariff is not None
    plan = json.loads((folder / "out" / "schedule.json").read_text(encoding="utf-8"))
    assert plan["bills"][0]["fixed_usd"] == 850.0


def test_a_morning_as_printed(folder: Path) -> None:
    example = (folder / "scenarios" / "first-steps" / "scenario.toml").read_text(encoding="utf-8")
    for name, day in (("monday", 17), ("tuesday", 18)):
        text = example.replace("2026-07-01T16:00:00, committed_periods = 6", f"2026-08-{day}, committed_days = 1")
        text = text.replace("= [45.0, 60.0, 130.0, 400.0, 115.0, 70.0]", f"= {[45.0, 130.0] * 12}")
        (folder / name).mkdir()
        (folder / name / "scenario.toml").write_text(text.replace(f"2026-08-{day}", f"2026-08-{day}T00:00:00"), "utf-8")
    steps = next(block for block in blocks(README, "sh") if "roll week" in block).splitlines()
    for line in steps:
        run(line.replace("--days 7", "--days 1"))
    assert {path.name for path in (folder / "out").iterdir()} == {"monday", "tuesday", "afternoon", "week"}


# Tables ---------------------------------------------------------------------------------------------------


def test_exit_codes_are_those_of_the_code() -> None:
    told = re.search(r"Exit codes of `solve`: (.*?)\(", text_of(README), re.DOTALL)
    assert told is not None
    said = {int(number) for number in re.findall(r"(\d+)\s[a-z]", told[1])}
    assert said == {code.value for code in ExitCode}


def test_abilities_of_routes_are_those_of_the_code() -> None:
    (_, *columns), *rows = table(SOLVERS, "## Routes and what each can do")
    assert set(columns) <= {field.name for field in fields(Abilities)}
    assert {row[0].strip("`") for row in rows} == set(names())
    for name, *cells in rows:
        route = name.strip("`").replace("NAME", "PULP_CBC_CMD")
        try:
            can = abilities(route)
        except SolverUnavailable as error:
            pytest.skip(str(error))
        assert cells == ["yes" if getattr(can, column) else "–" for column in columns], name


def test_floors_are_those_that_a_test_holds() -> None:
    _, *rows = table(BUILT, "## The rooms, from the ground up")
    told = {
        room.removeprefix("optimizer/").removesuffix("/").removesuffix(".py"): int(row[0])
        for row in rows
        for room in re.findall(r"`([^`]+)`", row[1])
    }
    assert told == {room: floor for floor, rooms in enumerate(FLOORS, 1) for room in rooms}


def test_typical_ranges_are_those_of_the_domain() -> None:
    section = text_of(ROOT / "optimizer" / "domain.md").split("## 10.")[1].split("## 11.")[0]
    known = {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", section)}
    _, *rows = table(SCENARIOS, "## Units and typical ranges")
    assert len(rows) > 8
    for row in rows:
        told = re.findall(
            r"\d[\d,]*(?:\.\d+)?", re.sub(r"[\d.]+ to [\d.]+ \(worked out.*?\)", "", f"{row[2]} {row[3]}")
        )
        told = [number.rstrip(",").replace(",", "") for number in told]
        assert [number for number in told if number not in known | {"2024", "4"}] == [], row


def test_the_glossary_is_in_order() -> None:
    words = [row[0] for row in table(BUILT, "## Glossary")[1:]]
    assert words == sorted(words) and len(words) == len(set(words))
