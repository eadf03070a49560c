"""Point or comma: the file as a whole decides, and what stays open is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.imports import PriceFileError, import_prices
from optimizer.imports.numbers import DecimalQuestion, decimal_sign, number_of


def write(folder: Path, header: str, *cells: str, between: str = ";") -> Path:
    path = folder / "prices.csv"
    rows = [f"2025-01-01 {hour:02d}:00{between}{cell}" for hour, cell in enumerate(cells)]
    path.write_text("\n".join([header.replace(";", between), *rows]) + "\n", encoding="utf-8")
    return path


def values(file: Path, **how: str) -> list[float]:
    return import_prices(file, timezone="Europe/Berlin", **how).values.tolist()


def test_decimal_commas_with_three_places(tmp_path: Path) -> None:
    file = write(tmp_path, "time;price", "40,123", "41,124", "-42,125")
    prices = import_prices(file, timezone="Europe/Berlin")
    assert prices.values.tolist() == [40.123, 41.124, -42.125]
    assert (
        "'42,125' is read as 42.125" in prices.report.notes[0] or "'41,124' is read as 41.124" in prices.report.notes[0]
    )
    assert values(file, decimal="point") == [40123, 41124, -42125]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["40,123", "41,5"], [40.123, 41.5]),
        (["1.040,5", "41"], [1040.5, 41]),
        (["1.234", "12,5"], [1234, 12.5]),
        (["1,234.5", "2,000"], [1234.5, 2000]),
        (["40.123", "41.5"], [40.123, 41.5]),
        (["0,123", "2"], [0.123, 2]),
        (["1 234,5", "1'234,5"], [1234.5, 1234.5]),
        (["€ 41,50", "-41,50 €"], [41.5, -41.5]),
    ],
)
def test_one_cell_decides_for_its_column(tmp_path: Path, cells: list[str], expected: list[float]) -> None:
    assert values(write(tmp_path, "time;price", *cells)) == expected


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["950", "1,234"], "'1,234' may be 1.234 .decimal comma. or 1234 .decimal point.*--decimal comma"),
        (["40.123", "41.124"], "'41.124' may be 41124 .decimal comma. or 41.124"),
        (["40,5", "41.5"], "'41.5' has a decimal point and '40,5' a decimal comma"),
    ],
)
def test_what_stays_open_is_asked(tmp_path: Path, cells: list[str], message: str) -> None:
    file = write(tmp_path, "time;price", *cells)
    with pytest.raises(PriceFileError, match=message):
        values(file)


def test_another_column_of_the_file_may_decide(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("time;load_mw;price\n2025-01-01 00:00;9,5;950\n2025-01-01 01:00;9,75;1,234\n")
    assert values(file) == [950, 1.234]


def test_between_commas_a_comma_groups_thousands(tmp_path: Path) -> None:
    assert values(write(tmp_path, "time;price", '"1,234"', "950", between=",")) == [1234, 950]
    assert values(write(tmp_path, "time;price", '"1,234"', "40.123", between=",")) == [1234, 40.123]
    with pytest.raises(PriceFileError, match=r"'41,124' may be 41.124"):
        values(write(tmp_path, "time;price", '"40,123"', '"41,124"', between=","))
    quoted = write(tmp_path, "time;price", '"12,34"', '"1.012,34"', between=",")
    with pytest.raises(PriceFileError, match=r"'12,34' is no number.*--decimal comma"):
        values(quoted)
    assert values(quoted, decimal="comma") == [12.34, 1012.34]


def test_titles_with_commas_do_not_hide_semicolons(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("Prices, hourly, all zones\n\ntime;price\n2025-01-01 00:00;40,123\n2025-01-01 01:00;7,5\n")
    assert values(file) == [40.123, 7.5]


def test_the_command_asks_and_takes_the_answer(tmp_path: Path) -> None:
    file = write(tmp_path, "time;price", "950", "1,234")
    call = ["import", "prices", str(file), "--timezone", "UTC", "-o", str(tmp_path / "out.csv")]
    asked = CliRunner().invoke(app, call)
    assert asked.exit_code == 2 and "--decimal comma" in asked.output
    assert CliRunner().invoke(app, [*call, "--decimal", "point"]).exit_code == 0
    assert (tmp_path / "out.csv").read_text().endswith(",1234.0\n")


def test_numbers_and_what_is_none() -> None:
    assert number_of("(1,234.5)") == -1234.5 and number_of("−3") == -3 and number_of("1e-3") == 0.001
    assert number_of("1.234,5", "comma") == 1234.5 and number_of("1.234", "comma") == 1234
    assert all(number_of(text) is None for text in ("inf", "1,23", "12,3456", "--3", "+-3", ".", "1.2.3", "x"))
    assert number_of("n/e") != number_of("n/e")  # NaN: no price
    assert decimal_sign([], ";") == ("point", None)
    with pytest.raises(DecimalQuestion):
        decimal_sign(["1,234"], "")
