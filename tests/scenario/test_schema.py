"""The published JSON Schema is what the models say, and it says what everything is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.scenario.schema import schema, schema_text

PUBLISHED = Path(__file__).resolve().parents[2] / "scenarios" / "schema.json"


def test_the_published_copy_is_up_to_date() -> None:
    published = PUBLISHED.read_text(encoding="utf-8")
    assert published == schema_text(), "renew it: wattshift schema > scenarios/schema.json"


def test_the_command_prints_it() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert result.stdout == schema_text()


def test_everything_has_a_description() -> None:
    parts: dict[str, Any] = {"Scenario": schema()} | schema()["$defs"]
    silent = [name for name, part in parts.items() if not part.get("description")]
    for name, part in parts.items():
        silent += [f"{name}.{key}" for key, of in part["properties"].items() if not of.get("description")]
    assert silent == []


def test_unknown_fields_are_refused_everywhere() -> None:
    parts: dict[str, Any] = {"Scenario": schema()} | schema()["$defs"]
    assert [name for name, part in parts.items() if part["additionalProperties"] is not False] == []


def test_units_stand_in_the_names_of_numbers() -> None:
    """A quantity that has a unit says it: money, power, energy, time, temperature."""
    plain = {
        *("schema_version", "resolution_minutes", "interval_minutes"),  # whole numbers with a meaning of their own
        *("committed_days", "committed_periods", "look_ahead_days", "look_ahead_periods"),
        *("units", "groups", "nodes", "gpus_per_node", "months", "starts_per_day", "starts_today"),  # counts
        *("availability", "utilisation", "pool_fee", "loss_factor", "below", "credit_share", "availability_floor"),
        *("pue", "values", "nodes_available", "block_height", "difficulty"),
        *("factor", "charge_efficiency", "discharge_efficiency"),  # shares and numbers without unit
        *("share", "power_share", "deployment_share", "percent", "weight", "probability"),
        *("known", "actual", "forecast"),  # versions of any series
    }
    units = (
        "_mw",
        "_w",
        "_usd",
        "_hours",
        "_c",
        "_gpus",
        "_hour",
        "_mwh",
        "_s",
        "_day",
        "_node",
        "_period",
        "_block",
        "_tonnes",
        "_tonne",
        "_minutes",
        "_months",
        "_month",
        "_year",
        "_kw",
        "_kwh",
        "_mw_h",
    )
    plain |= {"hours", "minutes", "restart_gpu_hours_owed"}
    parts: dict[str, Any] = {"Scenario": schema()} | schema()["$defs"]
    numeric = {
        key
        for part in parts.values()
        for key, of in part["properties"].items()
        if '"number"' in json.dumps(of) or '"integer"' in json.dumps(of)
    }
    assert {key for key in numeric - plain if not key.endswith(units)} == set()
