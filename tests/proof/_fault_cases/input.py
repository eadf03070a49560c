"""Faults of what is read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from tests.cli.hard import hard
from tests.proof._fault_cases.ground import (
    FEW,
    Ground,
    broken,
    expect,
    first,
)


def with_series(ground: Ground, name: str, content: bytes) -> Path:
    given = json.loads(json.dumps(hard(2)))
    given["supply"]["energy"]["price_usd_per_mwh"] = {"file": name, "column": "price"}
    ground.file(name, content)
    return ground.file("scenario.json", given)


def corrupt_parquet(ground: Ground) -> str | None:
    frame = pd.DataFrame({"start": pd.date_range("2026-01-05", periods=48, freq="h", tz="UTC"), "price": 50.0})
    good = ground.folder / "good.parquet"
    frame.to_parquet(good)
    data = bytearray(good.read_bytes())
    for content in (data[: len(data) // 2], b"PAR1" + bytes(100) + b"PAR1", b"", data[:4] + b"\xff" * 200 + data[204:]):
        problem = expect(ground.solve(with_series(ground, "bad.parquet", bytes(content))), {2}, "bad.parquet")
        if problem:
            return problem
    return first(broken(ground.out), ground.untidy())


def truncated_csv(ground: Ground) -> str | None:
    lines = "".join(f"2026-01-05T{hour:02d}:00:00Z,50\n" for hour in range(24))
    text = "start,price\n" + lines
    for content in (text[:-400], text[:-4] + "5\x00\n", "", "start,price\n", "start,price\n2026-01-05T00:00:00Z"):
        problem = expect(ground.solve(with_series(ground, "bad.csv", content.encode())), {2}, "bad.csv")
        if problem:
            return problem
    return None


def unreadable_state(ground: Ground) -> str | None:
    for content in (b"", b"\xff\xfe\x00", b"{", b"[]", b'{"at": 3}', b"null"):
        problem = expect(ground.solve(FEW, "--state", ground.file("state.json", content)), {2}, "state.json")
        if problem:
            return problem
    (ground.folder / "folder.json").mkdir()
    return first(
        expect(ground.solve(FEW, "--state", ground.folder / "folder.json"), {2}, "folder.json"),
        expect(ground.solve(FEW, "--state", ground.folder / "none.json"), {2}, "none.json"),
    )


def other_version(ground: Ground) -> str | None:
    problem = expect(ground.solve(), {0})
    if problem:
        return problem
    read = json.loads((ground.out / "schedule.json").read_bytes())
    for version in (99, "1", None):
        other = ground.file("other.json", read | {"output_schema_version": version})
        again = ["replan", FEW, "--published", other, "--from", "2026-01-05T01:00:00"]
        for command in (["audit", FEW, other], ["solve", FEW, "--state", other], again):
            problem = expect(ground.run(*command), {2}, "version")
            if problem:
                return f"{command[0]}, version {version}: {problem}"
    return None
