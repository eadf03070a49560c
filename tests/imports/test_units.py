"""The unit of prices: from the header, a title or the caller, and asked where nothing names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.imports import ImportedPrices, PriceFileError, import_prices
from optimizer.imports.units import unit_in


def read(folder: Path, header: str, *prices: float, title: str = "", **how: str) -> ImportedPrices:
    path = folder / "prices.csv"
    rows = [f"2025-01-01 {hour:02d}:00,{price}" for hour, price in enumerate(prices)]
    path.write_text("\n".join(filter(None, [title, f"time,{header}", *rows])) + "\n", encoding="utf-8")
    return import_prices(path, timezone="UTC", **how)


@pytest.mark.parametrize(
    ("text", "currency", "per_mwh"),
    [
        ("USD/MWh", "USD", 1),
        ("LBMP ($/MWHr)", None, 1),
        ("price_usd_per_mwh", "USD", 1),
        ("usd_per_kwh", "USD", 1000),
        ("EUR/kWh", "EUR", 1000),
        ("Day-ahead Price [EUR/MWh]", "EUR", 1),
        ("priceEURMWh", "EUR", 1),
        ("c/kWh", None, 10),
        ("ct/kWh", None, 10),
        ("cents per kWh", None, 10),
        ("price_ct_per_kwh", None, 10),
        ("Eurocent/kWh", "EUR", 10),
        ("p/kWh", "GBP", 10),
        ("Zone C LMP ($/MWh)", None, 1),
        ("Zone C price ($/kWh)", None, 1000),
        ("mills/kWh", None, 1),
        ("Price (EUR)", "EUR", None),
    ],
)
def test_units_as_they_are_written(text: str, currency: str | None, per_mwh: float | None) -> None:
    unit = unit_in(text)
    assert unit is not None and (unit.currency, unit.per_mwh) == (currency, per_mwh)


@pytest.mark.parametrize("text", ["price", "total", "Europe", "lmp", "Bavaria", "time"])
def test_no_unit_is_guessed(text: str) -> None:
    assert unit_in(text) is None


@pytest.mark.parametrize(
    ("header", "prices", "expected"),
    [("EUR/kWh", [0.0407, 0.05], [40.7, 50]), ("c/kWh", [4.07, -5], [40.7, -50]), ("usd_per_kwh", [1], [1000])],
)
def test_a_named_unit_is_converted_and_said(
    tmp_path: Path, header: str, prices: list[float], expected: list[float]
) -> None:
    imported = read(tmp_path, header, *prices, *prices)
    assert imported.values.tolist() == [*expected, *expected]
    assert any(f"in {header} and are multiplied by" in note for note in imported.report.notes)
    assert any("EUR and are not converted" in note for note in imported.report.notes) == ("EUR" in header)


def test_prices_below_one_without_a_unit_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(
        PriceFileError, match=r"mean absolute price is 0.0823, and nothing names its unit.*--unit USD/MWh"
    ):
        read(tmp_path, "total", 0.0823, -0.0823)
    assert read(tmp_path, "total", 0.0823, -0.0823, unit="USD/kWh").values.tolist() == [82.3, -82.3]
    assert read(tmp_path, "total", 0.0823, -0.0823, unit="USD/MWh").values.tolist() == [0.0823, -0.0823]
    assert read(tmp_path, "total", 0, 0).values.tolist() == [0, 0]
    named = read(tmp_path, "price_usd_per_mwh", 0.5, 0.5)
    assert "the mean absolute price is 0.5 per MWh" in named.report.notes[0]


def test_a_title_names_the_unit(tmp_path: Path) -> None:
    assert read(tmp_path, "total", 0.04, 0.05, title="Retail prices in USD/kWh").values.tolist() == [40, 50]


def test_the_caller_does_not_speak_against_the_file(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="the file says 'usd_per_kwh', and unit USD/MWh was asked for"):
        read(tmp_path, "usd_per_kwh", 0.04, 0.05, unit="USD/MWh")
    for text in ("dollars", "EUR", ""):
        with pytest.raises(PriceFileError, match="money and energy, such as USD/MWh"):
            read(tmp_path, "total", 1, 2, unit=text)


def test_the_commands_take_the_unit(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("time,total\n" + "".join(f"2025-01-01 {h:02d}:00,0.05\n" for h in range(24)))
    (tmp_path / "fleets.csv").write_text("model,units\nS21,10\n")
    call = ["import", "prices", str(file), "--timezone", "UTC", "-o", str(tmp_path / "out.csv")]
    refused = CliRunner().invoke(app, call)
    assert refused.exit_code == 2 and "nothing names its unit" in refused.output
    taken = CliRunner().invoke(app, [*call, "--unit", "USD/kWh"])
    assert taken.exit_code == 0 and "multiplied by 1000" in taken.output
    start = ["init", str(tmp_path / "site"), "--prices", str(file), "--fleets", str(tmp_path / "fleets.csv")]
    assert CliRunner().invoke(app, [*start, "--timezone", "UTC", "--unit", "USD/kWh"]).exit_code == 0
    assert (tmp_path / "site" / "prices.csv").read_text().endswith(",50.0\n")
