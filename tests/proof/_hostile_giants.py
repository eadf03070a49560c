"""Input that is too large in one way each, and the limit that its refusal states."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple


class Giant(NamedTuple):
    """Writes the file of a scenario or series into a folder; what the refusal has to say."""

    name: str
    make: Callable[[], bytes]
    says: str


DOCUMENT_BYTES = 15_990_000

GIANTS = (
    Giant("s.json", lambda: b'{"name": "' + b"x" * 16_000_000 + b'"}', "at most 16000000"),
    Giant("s.toml", lambda: b"# " + b"x" * 4_000_000, "at most 4000000"),
    Giant("s.json", lambda: _filled(b'{"contracts":[', b"[],"), "at most 400000"),
    Giant("s.json", lambda: _filled(b'{"contracts":[', b"{},"), "at most 400000"),
    Giant("s.json", lambda: _filled(b'{"fleets":[', b"0,"), "at most 400000"),
    Giant("s.json", lambda: _filled(b'{"site":{"import_limit_mw":[', b"0,", b"0]}}"), "110000"),
    Giant("s.json", lambda: b'{"a":' + b"[" * DOCUMENT_BYTES, "nested too deeply"),
    Giant("s.json", lambda: b'{"contracts":[' + b'{"kind":"batch"},' * 9_999 + b"0]}", "faults"),
    Giant("s.toml", lambda: b"a" + b".a" * 1_900_000 + b" = 1", "nested too deeply"),
    Giant("s.toml", lambda: b"x = " + b"[" * 3_900_000, "nested too deeply"),
    Giant("s.csv", lambda: b"interval_start,a\n" + b"x" * 64_000_000, "at most 64000000"),
    Giant("s.csv", lambda: b"a," * 31_000_000, "1000000 characters"),
    Giant("s.csv", lambda: b"a," * 400_000, "at most 2000"),
    Giant("s.csv", lambda: b"interval_start,a\n" + b",\n" * 31_000_000, "at most 2000000"),
    Giant("s.csv", lambda: b"interval_start,a\n" + b"\n" * 63_000_000, "at most 2000000"),
    Giant("s.csv", lambda: b"interval_start,a\n" + b'"\n",' * 12_000_000, "at most 2000000"),
    Giant("s.parquet", lambda: _parquet(2_000_001), "at most 2000000"),
    Giant("s.parquet", lambda: _parquet(1_500_000, columns=10), "at most 4000000"),
    Giant("s.parquet", lambda: _parquet(2_000, [[0.0] * 10_000] * 2_000), "one value a row"),
    Giant("s.parquet", lambda: _parquet(200_000, ["x" * 100_000], repeated=True), "1000 bytes a row"),
)


def _filled(head: bytes, item: bytes, tail: bytes = b"0]}") -> bytes:
    return head + item * ((DOCUMENT_BYTES - len(head) - len(tail)) // len(item)) + tail


def _parquet(rows: int, values: list[Any] | None = None, *, repeated: bool = False, columns: int = 1) -> bytes:
    """A column `a` (and others like it) beside its minutes; `repeated`: the one value in every row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = int(datetime(2001, 1, 1, tzinfo=UTC).timestamp())
    cells: Any = pa.array([0.5] * rows if values is None else values)
    if repeated:
        cells = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), cells)
    table = {"interval_start": pa.array(range(first, first + 60 * rows, 60), pa.timestamp("s", "UTC"))}
    table |= {"a" if not column else f"a{column}": cells for column in range(columns)}
    out = io.BytesIO()
    pq.write_table(pa.table(table), out, compression="zstd")
    return out.getvalue()


def write(giant: Giant, folder: Path) -> Path:
    """The giant's files in a folder; the scenario's path."""
    (folder / giant.name).write_bytes(giant.make())
    if giant.name.startswith("s.json") or giant.name.endswith(".toml"):
        return folder / giant.name
    series = [{"file": giant.name, "column": "a"}, *({"file": giant.name, "column": f"a{i}"} for i in range(1, 4))]
    scenario = {
        "schema_version": 1,
        "name": "giant",
        "time": {"zone": "UTC", "start": "2001-01-01T00:00:00", "committed_periods": 2},
        "site": {"import_limit_mw": 1.0, "halls": [{"name": "hall", "it_limit_mw": 1.0}]},
        "supply": {
            "energy": {
                "price_usd_per_mwh": series[0],
                "adders": [{"name": f"adder {i}", "usd_per_mwh": one} for i, one in enumerate(series[1:])],
            }
        },
    }
    path = folder / "scenario.json"
    path.write_text(json.dumps(scenario))
    return path
