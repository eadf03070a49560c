"""Hostile cases, one per number: a scenario file and the series files beside it.

A case starts from a shipped example cut to a short horizon (or a small scenario of the oracle's generator), and is
mutated as text, as a parsed document, or in its series files; some only mildly, so that they reach a solver.
"""

from __future__ import annotations

import copy
import io
import json
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from tests.oracle.generator import small_scenario
from tests.proof._hostile_values import (
    CONTROL,
    FORMULAS,
    MARKUP,
    ODD_TEXT,
    STRINGS,
    TIMES,
    TOML_VALUES,
    ZONES,
    odd_value,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "scenarios"
SMALL = range(40)
MOST_DOUBLED, MOST_REPEATED = 20, 200
Key = str | int
FREE_TEXT = ("description", "model", "source", "not_honoured")


@dataclass
class Case:
    """The bytes of a scenario file, in TOML or JSON, and its series files by name."""

    data: bytes
    form: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Base:
    """What cases start from: TOML text (none of the generated ones), the same as a document, and series files."""

    text: str | None
    document: dict[str, Any]
    files: dict[str, bytes]


@cache
def bases() -> tuple[Base, ...]:
    return (*map(_example, sorted(path.parent for path in EXAMPLES.glob("*/scenario.toml"))), *map(_small, SMALL))


def _example(folder: Path) -> Base:
    text = (folder / "scenario.toml").read_text(encoding="utf-8")
    text = re.sub(r"committed_(days|periods) = \d+", "committed_periods = 2", text)
    text = re.sub(r"look_ahead_(days|periods) = \d+", "look_ahead_periods = 1", text)
    text = re.sub(r"\[(-?[\d.]+), (-?[\d.]+)(, -?[\d.]+){4}\]", r"[\1, \2]", text)
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".csv", ".parquet"}}
    return Base(text, json.loads(json.dumps(tomllib.loads(text), default=_iso)), files)


def _small(seed: int) -> Base:
    return Base(None, small_scenario(seed).model_dump(mode="json", exclude_defaults=True), {})


def _iso(value: Any) -> str:
    assert isinstance(value, date | time)
    return value.isoformat()


def case(number: int) -> Case:
    """The case of a number; the same one every time."""
    rng = random.Random(number)
    base = rng.choice(bases())
    if base.document["supply"].keys() & {"tariff"} and rng.random() < 0.5:
        base = rng.choice(bases())  # bills take time that other cases may have
    make = rng.choices((_mild, _harsh, _texts, _bytes, _series), (24, 29, 19, 10, 18))[0]
    return make(rng, base)


# --- documents


def _mild(rng: random.Random, base: Base) -> Case:
    """Numbers moved a little, parts left out, free text of any kind: most of these hold together."""
    document = copy.deepcopy(base.document)
    for _ in range(rng.randint(0, 3)):
        rng.choice((_move_number, _move_number, _leave_out_item, _odd_words, _hold))(rng, document)
    return Case(_json(rng, document), "json", dict(base.files))


def _harsh(rng: random.Random, base: Base) -> Case:
    """Values of any kind anywhere, fields left out, doubled and renamed."""
    document = copy.deepcopy(base.document)
    places = list(_places(document))
    for _ in range(rng.choice((1, 1, 2, 5))):
        parent, key = rng.choice(places)
        change = rng.random()
        if key not in (parent if isinstance(parent, dict) else range(len(parent))):
            continue
        if change < 0.6:
            parent[key] = odd_value(rng)
        elif change < 0.7:
            del parent[key]
        elif change < 0.8 and isinstance(parent, list):
            parent += parent[:MOST_DOUBLED] * rng.choice((1, 3, 50))
        elif change < 0.9 and isinstance(parent, dict):
            parent[rng.choice((*STRINGS, "name", "kind"))] = parent.pop(key)
        else:
            other, there = rng.choice(places)
            if there in (other if isinstance(other, dict) else range(len(other))):
                parent[key] = copy.deepcopy(other[there])
    data = _json(rng, document)
    if rng.random() < 0.1:
        data = rng.choice((_deep, _long_list, _doubled_key, _long_number))(rng, data)
    return Case(data, "json", dict(base.files))


def _places(value: Any) -> Iterator[tuple[Any, Key]]:
    """Every (parent, key) of a document."""
    keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def _move_number(rng: random.Random, document: Any) -> None:
    found = [(p, k) for p, k in _places(document) if isinstance(p[k], int | float) and not isinstance(p[k], bool)]
    parent, key = rng.choice(found)
    value = parent[key]
    if isinstance(value, float):
        parent[key] = value * rng.choice((0.0, 0.5, 0.999, 1.1, 2.0, 1e-6, 1e3, -1.0))
    else:
        parent[key] = max(0, value + rng.choice((-1, 1)))


def _leave_out_item(rng: random.Random, document: Any) -> None:
    lists = [v for k in ("fleets", "pools", "contracts") if isinstance(v := document.get(k), list) and v]
    if lists:
        here = rng.choice(lists)
        gone = here.pop(rng.randrange(len(here)))
        for part in document.get("state", {}).values():
            if isinstance(part, dict):
                part.pop(gone.get("name"), None)


def _odd_words(rng: random.Random, document: Any) -> None:
    words = rng.choice((*FORMULAS, *CONTROL, *MARKUP))
    tariff = document.get("supply", {}).get("tariff")
    if tariff is not None and rng.random() < 0.5:
        tariff[rng.choice(("name", "source"))] = words
        tariff["not_honoured"] = [words]
    document["description"] = words
    for fleet in document.get("fleets", []):
        fleet["model"] = words


def _hold(rng: random.Random, document: Any) -> None:
    items = [*document.get("fleets", []), *document.get("pools", [])]
    if items and "time" in document:
        start = document["time"]["start"]
        when = {"start": start, "end": start[:11] + "23:00:00"}
        document["overrides"] = [{"item": rng.choice(items)["name"], **when, "hold": rng.choice(("on", "off"))}]


def _json(rng: random.Random, document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _deep(rng: random.Random, data: bytes) -> bytes:
    depth = rng.choice((500, 5_000, 100_000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return data[:-1] + b', "deep": ' + opening * depth + b"1" + closing * depth + b"}"


def _long_list(rng: random.Random, data: bytes) -> bytes:
    value = rng.choice((b"0,", b'"x",', b"null,", b"[],", b"{},"))
    place = rng.choice((b"fleets", b"contracts", b"currency", b"extra"))
    return data[:-1] + b', "' + place + b'": [' + value * rng.choice((1_000, 50_000)) + b"0]}"


def _doubled_key(rng: random.Random, data: bytes) -> bytes:
    return data[:-1] + rng.choice(
        (b', "name": "a"}', b', "time": {}, "time": {}}', b', "\\u001b[31m": 1, "\\u001b[31m": 1}')
    )


def _long_number(rng: random.Random, data: bytes) -> bytes:
    number = rng.choice((b"9" * 5_000, b"-" + b"1" * 400, b"1e" + b"9" * 30, b"NaN", b"Infinity", b"1." + b"0" * 9_000))
    return data[:-1] + b', "extra": ' + number + b"}"


# --- text and bytes


def _texts(rng: random.Random, base: Base) -> Case:
    """A TOML file edited line by line."""
    if base.text is None:
        return _harsh(rng, base)
    lines = base.text.split("\n")
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        rng.choice((_line_out, _line_twice, _lines_swapped, _value_of_line, _value_of_line, _odd_inside, _key_of_line))(
            rng, lines
        )
    text = "\n".join(lines)
    if rng.random() < 0.05:
        text += "\n" + rng.choice(("x = " + "[" * 20_000, "a" + ".a" * 20_000 + " = 1", "x = [" + "1," * 30_000 + "]"))
    encoding = rng.choices(("utf-8", "utf-8-sig", "utf-16", "latin-1"), (92, 4, 2, 2))[0]
    return Case(text.encode(encoding, "replace"), "toml", dict(base.files))


def _line_out(rng: random.Random, lines: list[str]) -> None:
    del lines[rng.randrange(len(lines))]


def _line_twice(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    lines.insert(at, lines[at])


def _lines_swapped(rng: random.Random, lines: list[str]) -> None:
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _value_of_line(rng: random.Random, lines: list[str]) -> None:
    at = rng.choice([i for i, line in enumerate(lines) if "=" in line and not line.startswith("#")] or [0])
    words = (*TOML_VALUES, *(json.dumps(zone) for zone in ZONES), *(json.dumps(text) for text in TIMES))
    lines[at] = lines[at].split("=")[0] + "= " + rng.choice(words)


def _key_of_line(rng: random.Random, lines: list[str]) -> None:
    at = rng.choice([i for i, line in enumerate(lines) if "=" in line and not line.startswith("#")] or [0])
    key = json.dumps(rng.choice((*CONTROL, *FORMULAS, *MARKUP)))
    lines[at] = f"{key} =" + lines[at].split("=", 1)[-1]


def _odd_inside(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    column = rng.randint(0, len(lines[at]))
    lines[at] = lines[at][:column] + rng.choice(ODD_TEXT) + lines[at][column:]


def _bytes(rng: random.Random, base: Base) -> Case:
    """The scenario's bytes cut, flipped and shuffled."""
    form = "json" if base.text is None or rng.random() < 0.3 else "toml"
    data = json.dumps(base.document).encode() if form == "json" else (base.text or "").encode()
    return Case(_broken(rng, data), form, dict(base.files))


def _broken(rng: random.Random, data: bytes) -> bytes:
    broken = bytearray(data)
    way = rng.random()
    if way < 0.3:
        del broken[rng.randint(0, len(broken)) :]
    elif way < 0.4:
        del broken[: rng.randint(0, len(broken))]
    elif way < 0.8:
        for _ in range(rng.choice((1, 1, 3, 20))):
            if broken:
                broken[rng.randrange(len(broken))] = rng.choice((0, 10, 27, 34, 255, rng.randrange(256)))
    else:
        at = rng.randint(0, len(broken))
        broken[at:at] = rng.choice(
            (b"\x00" * 1000, b"\xff\xfe", b"\xef\xbb\xbf", bytes(rng.randbytes(64)), b"\n" * 9000)
        )
    return bytes(broken)


# --- series files


def _series(rng: random.Random, base: Base) -> Case:
    """The scenario as it is, one of its series files spoilt (or spoilt harmlessly)."""
    if not base.files:
        base = rng.choice([one for one in bases() if one.files])
    files = dict(base.files)
    name = rng.choice(sorted(files))
    spoil = _spoilt_parquet if name.endswith(".parquet") else _spoilt_csv
    files[name] = spoil(rng, files[name])
    return Case(json.dumps(base.document).encode(), "json", files)


CELLS = (
    "nan",
    "NaN",
    "inf",
    "1e308",
    "1e16",
    "-1e9",
    "",
    " ",
    "x",
    "=1+1",
    "1_000",
    "1,000",
    "٣",
    "\x00",
    "\x1b[31m",
    "0x1F",
)


def _spoilt_csv(rng: random.Random, data: bytes) -> bytes:
    rows = data.decode().splitlines()
    change: Callable[[], object]
    for _ in range(rng.choice((1, 1, 2))):
        at = rng.randrange(1, min(len(rows), 6))
        cells = rows[at].split(",")
        change = rng.choice(
            (
                lambda at=at: rows.__setitem__(at, rows[at].split(",")[0] + "," + rng.choice(CELLS)),
                lambda at=at, cells=cells: rows.__setitem__(at, ",".join([rng.choice(CELLS), *cells[1:]])),
                lambda at=at, cells=cells: rows.__setitem__(at, ",".join([cells[0][:19], *cells[1:]])),
                lambda at=at, cells=cells: rows.__setitem__(at, ",".join([rng.choice(TIMES), *cells[1:]])),
                lambda at=at: rows.insert(at, rows[at]),
                lambda at=at: rows.pop(at),
                lambda at=at: rows.insert(at, rows.pop()),
                lambda: rows.__setitem__(0, rows[0] + "," + rows[0].split(",")[-1]),
                lambda: rows.__setitem__(0, rng.choice((*CONTROL, *FORMULAS)) + rows[0]),
                lambda: rows.__setitem__(0, rows[0].upper()),
                lambda: rows.append(rows[-1][:MOST_REPEATED] * rng.choice((1, 50, 5_000))),
                lambda at=at: rows.__setitem__(at, rows[at].replace("-05:00", "-06:00")),
                lambda at=at: rows.__setitem__(at, '"' + rows[at]),
                lambda: rows.append(rows[-1].replace(rows[-1].split(",")[0], "2026-11-01T01:30:00-05:00")),
                lambda: rows.__setitem__(slice(1, None), []),
                lambda: rows.append(""),
                lambda: rows.__setitem__(slice(20, None), []),
            )
        )
        change()
        if len(rows) < 3:
            break
    text = rng.choice(("\n", "\n", "\r\n", "\r")).join(rows)
    if rng.random() < 0.1:
        text = text.replace(",", rng.choice((";", "\t")))
    spoilt = text.encode(rng.choices(("utf-8", "utf-8-sig", "utf-16"), (90, 6, 4))[0], "replace")
    return _broken(rng, spoilt) if rng.random() < 0.2 else spoilt


def _spoilt_parquet(rng: random.Random, data: bytes) -> bytes:
    if rng.random() < 0.6:
        return _broken(rng, data)
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    name = rng.choice(table.column_names)
    at, rows = table.column_names.index(name), table.num_rows
    columns: tuple[Callable[[], Any], ...] = (
        lambda: pa.array([float("nan")] * rows),
        lambda: pa.array([None] * rows),
        lambda: pa.array([rng.choice(STRINGS).encode("utf-8", "replace") for _ in range(rows)]),
        lambda: pa.array([[1.0]] * rows),
        lambda: pa.array([{"a": 1}] * rows),
        lambda: pa.array([True] * rows),
        lambda: pa.array(range(rows), pa.timestamp("ns")),
        lambda: pa.array(range(rows), pa.timestamp("s", "UTC")),
        lambda: pa.array([2**62] * rows, pa.timestamp("us", "UTC")),
        lambda: pa.array(range(rows), pa.timestamp("ns", "UTC")),
        lambda: pa.array(["1.0"] * rows).dictionary_encode(),
        lambda: pa.array(range(rows), pa.int64()),
        lambda: pa.array([1] * rows, pa.duration("s")),
        lambda: pa.array([1] * rows, pa.date32()),
        lambda: pa.array([1e308] * rows),
    )
    spoilt = table.set_column(at, rng.choice((name, name, "\x1b[31m")), rng.choice(columns)())
    if rng.random() < 0.1:
        spoilt = spoilt.append_column(name, table.column(at))
    out = io.BytesIO()
    pq.write_table(spoilt, out, compression=rng.choice(("none", "snappy", "zstd")))
    return out.getvalue()
