"""What would steer a terminal is escaped wherever text from input is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.report.plain import plain
from tests.cli.rich import RICH
from tests.cli.run import only_object, wattshift
from tests.scenario.yard import WEATHER, YARD, write

EVIL = "\x1b]0;gone\x07 \x1b[2J \u202etxt \x9b31m"
SHOWN = r"\x1b]0;gone\x07 \x1b[2J \u202etxt \x9b31m"


def test_steering_characters_are_escaped_and_nothing_else() -> None:
    assert plain(EVIL) == SHOWN
    assert plain("a\tb\r\nc\x00\x7f\u2028") == "a\\tb\\r\nc\\x00\\x7f\\u2028"
    words = "Zürich 北京 [red]=cmd()[/red] ½ é\n"
    assert plain(words) == words


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """A scenario whose tariff has such a name."""
    tariff = {"name": EVIL, "not_honoured": [EVIL], "minimum": {"usd_per_year": 1.0}}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in tariff.items() if key != "minimum")
    text = RICH.replace("[bitcoin]", f"[supply.tariff]\n{lines}\nminimum = {{ usd_per_year = 1.0 }}\n\n[bitcoin]")
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    return tmp_path


def is_plain(text: str) -> bool:
    return plain(text) == text


def test_notes_and_the_overview_are_plain(evil: Path) -> None:
    for command in ("validate", "solve"):
        done = wattshift(command, evil)
        assert done.exit_code == 0, done.output
        assert is_plain(done.output)
        assert r"\x1b" in done.output


def test_json_is_ascii(evil: Path) -> None:
    done = wattshift("solve", evil, "--json")
    assert done.stdout.isascii()
    assert any(EVIL in note for note in only_object(done.stdout)["notes"])


def test_headers_of_series_files_are_plain_in_messages(tmp_path: Path) -> None:
    path = write(tmp_path, YARD, weather=WEATHER.replace("ambient_c", EVIL))
    done = wattshift("validate", path)
    assert done.exit_code == 2
    assert is_plain(done.output)
    assert r"\x1b]0;gone\x07" in done.stderr


def test_paths_are_plain_in_messages() -> None:
    done = wattshift("validate", "no\x1b[2Jfile.toml")
    assert done.exit_code == 2
    assert is_plain(done.output)
