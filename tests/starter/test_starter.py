"""What `wattshift init` does: copies of examples, and scenarios from an operator's own files."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer import starter
from optimizer.cli import app
from optimizer.scenario.load import load
from optimizer.starter import StarterError, copy_example, examples, machine_named, read_fleets, start_from

CENTRAL = "America/Chicago"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Hourly prices from noon of 30 June to noon of 3 July, local time."""
    days = [("2026-06-30", range(12, 24)), ("2026-07-01", range(24)), ("2026-07-02", range(24))]
    rows = [f"{day} {hour:02d}:00,{hour}" for day, hours in days for hour in hours]
    return write(tmp_path, "my-prices.csv", "time,price", *rows)


@pytest.fixture
def fleets(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        "fleets.csv",
        "name,model,units,groups,power_w,hashrate_th_per_s,low_power_w,low_power_hashrate_th_per_s,sleep_w,min_up_hours",
        "north row,Antminer S21,400,20,,,,,,2",
        'yard,custom rig,"1,200",12,3000,110,2100,82,25,',
    )


def test_examples_are_listed_with_the_default_first() -> None:
    found = examples()
    assert found[0].name == starter.DEFAULT_EXAMPLE
    assert {"first-steps", "halving-before", "halving-after", "small-miner-s21-m60s"} <= {e.name for e in found}
    assert all(example.description for example in found)


@pytest.mark.parametrize("name", [example.name for example in examples()])
def test_a_copied_example_loads(tmp_path: Path, name: str) -> None:
    written = copy_example(name, tmp_path / "site")
    assert tmp_path / "site" / "scenario.toml" in written
    assert not (tmp_path / "site" / "expected.json").exists()
    assert load(tmp_path / "site").name == name


def test_nothing_is_overwritten(tmp_path: Path, prices: Path, fleets: Path) -> None:
    mine = write(tmp_path, "scenario.toml", "# mine")
    with pytest.raises(StarterError, match=r"already has scenario.toml; nothing is overwritten"):
        copy_example("first-steps", tmp_path)
    with pytest.raises(StarterError, match=r"already has scenario.toml"):
        start_from(prices, fleets, tmp_path, timezone=CENTRAL)
    assert mine.read_text() == "# mine\n"
    assert not (tmp_path / "prices.csv").exists()
    with pytest.raises(StarterError, match="cannot be made a folder"):
        copy_example("first-steps", mine / "below")


def test_an_unknown_example_names_those_there() -> None:
    with pytest.raises(StarterError, match=r"no example 'nope'; there are west-texas-hybrid-day, "):
        copy_example("nope", "anywhere")


def test_installed_examples_lie_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "site-packages" / "optimizer"
    (installed / "_examples" / "one").mkdir(parents=True)
    write(installed / "_examples" / "one", "scenario.toml", 'description = "of a wheel"')
    monkeypatch.setattr(
        import_module("optimizer.starter.examples"), "__file__", str(installed / "starter" / "examples.py")
    )
    assert [(e.name, e.description) for e in examples()] == [("one", "of a wheel")]
    (installed / "_examples" / "one" / "scenario.toml").unlink()
    with pytest.raises(StarterError, match="examples are not installed"):
        examples()


def test_start_from_own_files(tmp_path: Path, prices: Path, fleets: Path) -> None:
    started = start_from(prices, fleets, tmp_path / "my-site", timezone=CENTRAL, day=date(2026, 7, 1))
    assert started.start.isoformat() == "2026-07-01"
    assert [path.name for path in started.files] == ["scenario.toml", "prices.csv"]
    scenario = load(tmp_path / "my-site")
    assert scenario.name == "my-site"
    assert scenario.horizon.periods == 24
    assert scenario.horizon.starts[0].isoformat() == "2026-07-01T00:00:00-05:00"
    north, yard = scenario.fleets
    assert (north.name, north.units, north.groups, north.min_up_hours) == ("north-row", 400, 20, 2)
    assert [(m.name, m.power_w, m.hashrate_th_per_s) for m in north.modes] == [
        ("off", 0, 0),
        ("sleep", 30, 0),
        ("low-power", 2480, 150),
        ("normal", 3500, 200),
    ]
    assert [(m.name, m.power_w, m.hashrate_th_per_s) for m in yard.modes] == [
        ("sleep", 25, 0),
        ("low-power", 2100, 82),
        ("normal", 3000, 110),
    ]
    text = started.files[0].read_text()
    assert "hashprice_usd_per_ph_day = 45.0   # ASSUMED" in text
    assert any(note.startswith("hashprice: 45 USD") for note in started.assumptions)
    assert scenario.site.import_limit_mw == pytest.approx(6.0, abs=0.06)  # 5 MW × 1.08 × 1.1


def test_a_model_in_a_list_of_two_columns(tmp_path: Path, prices: Path) -> None:
    fleets = write(tmp_path, "fleets.csv", "model;machines", "whatsminer m60s;240", "S19J PRO;97", "S21;1")
    start_from(prices, fleets, tmp_path / "site", timezone=CENTRAL, name="two columns")
    scenario = load(tmp_path / "site")
    assert scenario.name == "two-columns"
    assert [(f.name, f.units, f.groups) for f in scenario.fleets] == [
        ("whatsminer-m60s-1", 240, 40),
        ("S19J-PRO-2", 97, 1),
        ("S21-3", 1, 1),
    ]


@pytest.mark.parametrize("label", ["Antminer S21 Pro", "S21 Pro", "bitmain antminer s21pro", "s21-pro"])
def test_ways_to_name_a_machine(label: str) -> None:
    machine = machine_named(label)
    assert machine is not None and (machine.power_w, machine.hashrate_th_per_s) == (3510, 234)


def test_no_machine_is_guessed() -> None:
    assert machine_named("S21 Hydra") is None
    assert machine_named("") is None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["name,units"], "no fleets"),
        (["name,units", "a,10"], "row 2: no power_w and no model; give power_w and hashrate_th_per_s"),
        (["model,groups", "S21,2"], "row 2: no units"),
        (["model,units,groups", "S21,10,3"], "10 units do not divide by 3 groups"),
        (["model,units", "S21,ten"], "row 2, units: 'ten' is no number"),
        (["model,units", "S21,1.5"], "'1.5' is no whole number"),
        (["model,units,power_w", "S21,10,-3"], "power_w: '-3' is no number from 0"),
        (["model,units,power_w", "S21,10,0"], "0 W and 200 TH/s; both are above 0"),
        (["model,units,low_power_w", "S21,10,2500"], "a low-power mode needs"),
        (["model,units,min up hour", "S21,10,2"], "unknown column min up hour; is min_up_hours meant"),
        (["model;units;power_w;hashrate_th_per_s", "X;10;3,472;112"], "'3,472' may be 3.472 .* without separators"),
        (["name,model,units", "a,S21,10", "a,S21,10"], "two fleets are named 'a'"),
        (["name,model,units", "a/b,S21,10"], "the name 'a/b' has other signs"),
        (["model,units,starts_per_day", "S21,10,1.5"], "starts_per_day: 1.5 is no whole number"),
    ],
)
def test_lists_that_are_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(StarterError, match=message):
        read_fleets(write(tmp_path, "fleets.csv", *lines))


def test_what_a_scenario_refuses_leaves_nothing_behind(tmp_path: Path, prices: Path) -> None:
    fleets = write(tmp_path, "fleets.csv", "model,units,availability", "S21,10,3")
    with pytest.raises(StarterError, match="availability"):
        start_from(prices, fleets, tmp_path / "site", timezone=CENTRAL)
    assert list((tmp_path / "site").iterdir()) == []


def test_prices_without_a_whole_day(tmp_path: Path, fleets: Path) -> None:
    short = write(tmp_path, "short.csv", "time,price", *(f"2026-07-01 {h:02d}:00,1" for h in range(23)))
    with pytest.raises(StarterError, match="no whole local day"):
        start_from(short, fleets, tmp_path / "site", timezone=CENTRAL)
    with pytest.raises(StarterError, match="cannot be read"):
        start_from(tmp_path / "none.csv", fleets, tmp_path / "site", timezone=CENTRAL)
    with pytest.raises(StarterError, match="no IANA time zone"):
        start_from(short, fleets, tmp_path / "site", timezone="CST6")
    assert not (tmp_path / "site").exists()


def test_the_last_whole_day_is_planned(tmp_path: Path, prices: Path, fleets: Path) -> None:
    assert start_from(prices, fleets, tmp_path / "site", timezone=CENTRAL).start == date(2026, 7, 2)
    with pytest.raises(StarterError, match=r"2026-06-30 \(America/Chicago\) has no prices throughout"):
        start_from(prices, fleets, tmp_path / "other", timezone=CENTRAL, day=date(2026, 6, 30))


def test_init_takes_location_column_and_day(tmp_path: Path, fleets: Path) -> None:
    rows = [f"2026-07-0{d} {h:02d}:00,{p},1,{h}" for d in (1, 2) for h in range(24) for p in ("HB_WEST", "LZ_WEST")]
    prices = write(tmp_path, "p.csv", "time,location,rt price,da price", *rows)
    own = ["init", str(tmp_path / "site"), "--prices", str(prices), "--fleets", str(fleets), "--timezone", CENTRAL]
    chosen = [*own, "--column", "da price", "--location", "HB_WEST", "--day", "2026-07-01"]
    run = CliRunner().invoke
    assert "--column" in run(app, own).output
    assert "--location" in run(app, [*own, "--column", "da price"]).output
    assert "no day" in run(app, [*chosen[:-1], "tomorrow"]).output
    assert "only with --prices" in run(app, ["init", str(tmp_path / "x"), "--day", "2026-07-01"]).output
    result = run(app, chosen)
    assert result.exit_code == 0, result.output
    assert "planned day: 2026-07-01" in result.output
    assert load(tmp_path / "site").horizon.starts[0].day == 1


def test_the_last_whole_day_passes_gaps_and_clock_changes(tmp_path: Path, fleets: Path) -> None:
    saturday = [f"2026-03-07 {h:02d}:00,{'' if h == 5 else 1}" for h in range(24)]
    sunday = [f"2026-03-08 {h:02d}:00,1" for h in range(24) if h != 2]
    monday = [f"2026-03-09 {h:02d}:00,{'' if h == 5 else 1}" for h in range(24)]
    gap = write(tmp_path, "gap.csv", "time,price", *saturday, *sunday, *monday)
    started = start_from(gap, fleets, tmp_path / "site", timezone=CENTRAL)
    assert started.start.isoformat() == "2026-03-08"
    assert load(tmp_path / "site").horizon.periods == 23


def test_quarter_hours_are_planned_in_quarter_hours(tmp_path: Path, fleets: Path) -> None:
    rows = [f"2026-07-01 {m // 60:02d}:{m % 60:02d},1" for m in range(0, 1440, 15)]
    start_from(write(tmp_path, "q.csv", "time,price", *rows), fleets, tmp_path / "site", timezone=CENTRAL)
    assert load(tmp_path / "site").horizon.periods == 96
