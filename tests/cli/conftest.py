"""The rich day, the same selling flexibility, and the same under a tariff, each planned once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from tests.cli.rich import BILLED, SELLING, write
from tests.schedule.row_form import as_rows


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rich day's folder; its plan lies in `plan` below it."""
    folder = write(tmp_path_factory.mktemp("rich"))
    result = CliRunner().invoke(app, ["solve", str(folder), "-o", str(folder / "plan")])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def schedule(rich: Path) -> Any:
    """The plan of the rich day as JSON, one object a row, that a test may spoil."""
    return as_rows(json.loads((rich / "plan" / "schedule.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def selling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the rich day that sells flexibility; its plan lies in `plan` below it."""
    folder = write(tmp_path_factory.mktemp("selling"), SELLING)
    result = CliRunner().invoke(app, ["solve", str(folder), "-o", str(folder / "plan")])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def sold(selling: Path) -> Any:
    """Its plan as JSON, one object a row, that a test may spoil."""
    return as_rows(json.loads((selling / "plan" / "schedule.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def billing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the rich day under a tariff; its plan lies in `plan` below it."""
    folder = write(tmp_path_factory.mktemp("billing"), BILLED)
    result = CliRunner().invoke(app, ["solve", str(folder), "-o", str(folder / "plan")])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def billed(billing: Path) -> Any:
    """Its plan as JSON, one object a row, that a test may spoil."""
    return as_rows(json.loads((billing / "plan" / "schedule.json").read_text(encoding="utf-8")))
