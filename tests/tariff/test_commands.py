"""`wattshift tariff import` and `wattshift tariff bill`, as a shell sees them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

RATE: dict[str, Any] = {
    "utility": "Utility",
    "name": "Rate",
    "energyratestructure": [[{"rate": 0.1, "adj": 0.02, "unit": "kWh"}]],
    "energyweekdayschedule": [[0] * 24 for _ in range(12)],
    "energyweekendschedule": [[0] * 24 for _ in range(12)],
    "flatdemandstructure": [[{"rate": 10.0}]],
    "flatdemandmonths": [0] * 12,
    "lookbackpercent": 0.8,
    "lookbackrange": 11,
    "fixedchargefirstmeter": 5.0,
    "fixedchargeunits": "$/month",
    "dgrules": "Net Metering",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rate.json").write_text(json.dumps(RATE), encoding="utf-8")
    rows = [f"2024-01-31T{hour:02d}:00:00-06:00,{kw}" for hour, kw in ((22, 10), (23, 20))]
    rows += ["2024-02-01T00:00:00-06:00,5"]
    (tmp_path / "load.csv").write_text("\n".join(["interval_start,load_kw", *rows]), encoding="utf-8")
    (tmp_path / "peaks.csv").write_text("month,peak_kw\n2023-12,100\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from optimizer.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "tariff", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "160"},
    )


def test_import_prints_the_tariff_and_names_what_is_not_honoured(folder: Path) -> None:
    done = run(folder, "import", "rate.json")
    assert done.returncode == 0
    tariff = tomllib.loads(done.stdout)["supply"]["tariff"]
    assert tariff["energy"][0]["tiers"] == [{"rate_usd_per_kwh": 0.1, "adjustment_usd_per_kwh": 0.02}]
    assert tariff["not_honoured"][0].startswith("dgrules")
    assert "not honoured: dgrules" in done.stderr


@pytest.mark.parametrize("name", ["tariff.toml", "tariff.json"])
def test_what_import_writes_bills_the_same(folder: Path, name: str) -> None:
    done = run(folder, "import", "rate.json", "-o", name)
    assert (done.returncode, "not honoured: dgrules" in done.stdout) == (0, True)
    bills = [
        json.loads(run(folder, "bill", file, "--load", "load.csv", "--json").stdout) for file in (name, "rate.json")
    ]
    assert bills[0] == bills[1]


def test_bill_as_json(folder: Path) -> None:
    done = run(folder, "bill", "rate.json", "--load", "load.csv", "--history", "peaks.csv", "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert result["output_schema_version"] == 2 and result["error"] is None
    assert set(result) == {"output_schema_version", "error", "months", "total_usd", "not_honoured"}
    assert [month["month"] for month in result["months"]] == ["2024-01", "2024-02"]
    lines = result["months"][0]["lines"]
    assert (lines["energy_usd"], lines["demand_usd"], lines["fixed_usd"]) == (pytest.approx(3.6), 800.0, 5.0)
    assert set(lines) >= {"energy_usd", "demand_usd", "coincident_usd", "fixed_usd", "minimum_usd", "tax_usd"}
    assert result["total_usd"] == pytest.approx(sum(month["total_usd"] for month in result["months"]))
    assert result["not_honoured"][0].startswith("dgrules")
    assert "2024-01 only" in done.stderr


def test_bill_in_another_zone(folder: Path) -> None:
    done = run(folder, "bill", "rate.json", "--load", "load.csv", "--timezone", "America/New_York", "--json")
    assert [m["lines"]["energy_usd"] for m in json.loads(done.stdout)["months"]] == pytest.approx([1.2, 3.0])


def test_bill_of_a_scenario_names_what_it_pays_beside_the_tariff(folder: Path) -> None:
    energy = {"price_usd_per_mwh": 50.0, "loss_factor": 0.02, "adders": []}
    supply = {"energy": energy, "tariff": {"name": "wires", "fixed": {"usd_per_month": 5.0}}}
    (folder / "site.json").write_text(json.dumps({"schema_version": 1, "supply": supply}), encoding="utf-8")
    result = json.loads(run(folder, "bill", "site.json", "--load", "load.csv", "--json").stdout)
    assert result["total_usd"] == 10.0
    places = [field.split(":")[0] for field in result["not_honoured"]]
    assert places == ["supply.energy.price_usd_per_mwh", "supply.energy.loss_factor"]


def test_a_load_may_be_a_link_to_another_folder(folder: Path) -> None:
    (folder / "meters").mkdir()
    (folder / "load.csv").rename(folder / "meters" / "july.csv")
    (folder / "load.csv").symlink_to(folder / "meters" / "july.csv")
    assert run(folder, "bill", "rate.json", "--load", "load.csv").returncode == 0


def test_bill_for_people(folder: Path) -> None:
    done = run(folder, "bill", "rate.json", "--load", "load.csv", "--history", "peaks.csv")
    assert done.returncode == 0
    for words in ("2024-01", "800.00", "is its ratchet's", "note: ", "not honoured: dgrules"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bill", "rate.json", "--load", "nothing.csv"), "nothing.csv"),
        (("bill", "nothing.json", "--load", "load.csv"), "nothing.json"),
        (("bill", "load.csv", "--load", "load.csv"), "load.csv: '.csv'; a URDB rate"),
        (("bill", "rate.json", "--load", "load.csv", "--timezone", "Mars"), "'Mars' is no IANA time zone"),
        (("bill", "rate.json", "--load", "load.csv", "--holidays", "XX"), "no known holiday calendar"),
        (("bill", "rate.json", "--load", "load.csv", "--history", "load.csv"), "the columns interval_start, load_kw"),
        (("bill", "rate.json"), "--load"),
        (("import", "rate.json", "-o", "tariff.yaml"), "a .toml or a .json"),
        (("import", "rate.json", "--holidays", "XX"), "no known holiday calendar"),
        (("import", "load.csv"), "load.csv"),
    ],
)
def test_bad_input_ends_with_2_and_says_why(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
