"""The published JSON Schema of a schedule: what every example's file and --json is, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.planning.plan import plan_and_audit
from optimizer.report.machine import as_text, solve_object
from optimizer.scenario.load import load
from optimizer.schedule import Schedule
from optimizer.schedule.schema import schedule_schema, schedule_schema_text
from tests.cli import rich
from tests.cli.run import infeasible, only_object, wattshift
from tests.schedule.json_schema import violations
from tests.schedule.row_form import as_first_version

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
PUBLISHED = SCENARIOS / "schedule-schema.json"
EXAMPLES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.toml"))
Doc = dict[str, Any]


@pytest.fixture(scope="module")
def published() -> Doc:
    read: Doc = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return read


def test_the_published_copy_is_up_to_date() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schedule_schema_text(), (
        "renew it: wattshift schema --schedule > scenarios/schedule-schema.json"
    )
    result = CliRunner().invoke(app, ["schema", "--schedule"])
    assert result.exit_code == 0 and result.stdout == schedule_schema_text()


def test_everything_has_a_description_and_nothing_else_is_allowed() -> None:
    parts = schedule_schema()["$defs"]
    silent = [name for name, part in parts.items() if not part.get("description")]
    for name, part in parts.items():
        assert part["additionalProperties"] is False, name
        for key, of in part["properties"].items():
            words = [of, *of.get("anyOf", ()), *of.get("oneOf", ())]
            silent += [] if any(each.get("description") for each in words) else [f"{name}.{key}"]
    assert silent == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_file_and_json_of_every_example_are_what_is_published(name: str, published: Doc, tmp_path: Path) -> None:
    """The file's object and what is printed are the same, but for what stands beside it. Any plan will do: it is asked
    for by rules of thumb, which are quick."""
    schedule, findings = plan_and_audit(load(SCENARIOS / name), solver="rules")
    schedule.write(tmp_path)
    file = json.loads((tmp_path / "schedule.json").read_text(encoding="utf-8"))
    told = json.loads(as_text(solve_object(schedule, findings)))
    assert violations(published, file) == violations(published, told) == []
    assert {key: told[key] for key in file} == file
    assert told.keys() - file.keys() == {"error", "audit", "ledger_by_kind_usd", "why"}
    again = Schedule.from_json(as_text(solve_object(schedule, findings)))  # what is printed is read as the file is
    assert again.to_json() == schedule.to_json()


@pytest.mark.parametrize("text", [rich.RICH, rich.SELLING, rich.BILLED])
def test_a_day_of_every_kind_of_item_is_what_is_published(text: str, published: Doc, tmp_path: Path) -> None:
    folder = rich.write(tmp_path, text)
    assert violations(published, only_object(wattshift("solve", folder, "--json").stdout)) == []


def test_a_failure_is_what_is_published(published: Doc, tmp_path: Path) -> None:
    for arguments in (
        ("solve", infeasible(tmp_path), "--json"),
        ("solve", tmp_path / "none.toml", "--json"),
        ("solve", infeasible(tmp_path), "--gap", "much", "--json"),
    ):
        answer = only_object(wattshift(*arguments).stdout)
        assert answer["error"] and violations(published, answer) == [], arguments


def of(doc: Doc, part: str) -> Doc:
    column: Doc = doc[part][0]
    return column


@pytest.mark.parametrize(
    "spoil",
    [
        lambda doc: doc.pop("state"),
        lambda doc: doc.update(more=1),
        lambda doc: doc.update(output_schema_version=1),
        lambda doc: doc.update(output_schema_version=True),
        lambda doc: doc["starts"].append("2026-01-05T00:00:00"),
        lambda doc: of(doc, "dispatch").update(quantity="import_kw"),
        lambda doc: of(doc, "dispatch").update(quantity="groups"),
        lambda doc: of(doc, "dispatch").update(first=-1),
        lambda doc: of(doc, "dispatch")["values"].append("1"),
        lambda doc: of(doc, "ledger").update(kind="subsidy"),
        lambda doc: of(doc, "ledger").pop("item"),
        lambda doc: doc["outcome"].update(status="perfect"),
        lambda doc: doc["size"].update(columns=1.5),
    ],
)
def test_what_is_no_schedule_is_none_of_the_published(spoil: Callable[[Doc], Any], published: Doc) -> None:
    doc = json.loads(_day().to_json())
    assert violations(published, doc) == []
    spoil(doc)
    assert violations(published, doc) != []


def test_the_first_version_is_none_of_the_published(published: Doc) -> None:
    assert violations(published, json.loads(as_first_version(_day().to_json()))) != []


def _day() -> Schedule:
    schedule, _ = plan_and_audit(load(SCENARIOS / "first-steps"), solver="rules")
    return schedule
