"""Values, texts and bytes that input may not break on."""

from __future__ import annotations

import random
from typing import Any

FORMULAS = ("=cmd()", "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "=cmd|' /C calc'!A0")
CONTROL = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b[2J",
    "bell\x07",
    "a\rb",
    "a\x08b",
    "\x9b31m",
    "\u202egnp.exe",
    "\u2028",
    "\x7f",
    "null\x00byte",
)
MARKUP = (
    "[red]x[/red]",
    "[/]",
    "[link=http://x]y",
    "<script>alert(1)</script>",
    "{0.__class__}",
    "%s%n",
    "\\",
    '"',
    "'",
)
ZONES = ("America/Chigaco", "../../etc/passwd", "", "UTC+5", "Mars/Base", "\x00", "utc", "EST5EDT", "Etc/GMT+12", "/")
TIMES = (
    "2026-03-08T02:30:00",
    "2026-11-01T01:30:00",
    "9999-12-31T23:59:59",
    "0001-01-01T00:00:00",
    "2026-02-30T00:00:00",
    "2026-08-12T00:00:00+99:00",
    "2026-08-12T00:00:00Z",
    "2026-08-12",
    "1e9",
    "1767600000",
    "-1",
    "24:00:00",
    "12:30",
)
STRINGS = (*FORMULAS, *CONTROL, *MARKUP, *ZONES, *TIMES, "", " ", "nan", "x" * 70, "x" * 5001, "é" * 40, "٣", "𝟙", "ﬀ")
NUMBERS: tuple[Any, ...] = (
    0,
    0.0,
    -0.0,
    -1,
    1,
    1.5,
    0.5,
    1e-308,
    5e-324,
    1e-9,
    1e6,
    1e15,
    1e16,
    1e308,
    -1e308,
    2**31,
    2**63,
    2**64,
    10**400,
    True,
    False,
    None,
    float("nan"),
    float("inf"),
    -float("inf"),
)
TOML_VALUES = (
    "nan",
    "inf",
    "-inf",
    "1e308",
    "1e999",
    "-0.0",
    "0x10",
    "1_000",
    "true",
    "[]",
    "{}",
    "[[[]]]",
    '""',
    '"=cmd()"',
    '"\\u001b[31m"',
    '"\\u0000"',
    "2026-03-08T02:30:00",
    "12:30:00",
    "1979-05-27",
    "9" * 5000,
    "[nan, nan]",
    '{ file = "prices.csv", column = "price_usd_per_mwh" }',
    '{ file = "../../etc/passwd", column = "x" }',
    '{ file = "/dev/zero", column = "x" }',
    '{ file = "scenario.toml", column = "x" }',
    "{ values = [1.0], start = 2026-01-01T00:00:00Z, interval_minutes = 527040 }",
    "'''\n'''",
)
ODD_TEXT = (
    "\x00",
    "\ufeff",
    "\x1b",
    "\r",
    "[[",
    "]]",
    "{",
    "}",
    '"',
    "'''",
    '"""',
    "=",
    "#",
    "\\u",
    "\ud7ff",
    ",",
    ".",
)


KEYS = ("file", "column", "values", "start", "interval_minutes", "known", "actual", "pue", "ambient_c", "name", "kind")


def odd_value(rng: random.Random, depth: int = 2) -> Any:
    """Any value of a JSON document, seldom a right one."""
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(NUMBERS)
    if kind < 0.75:
        return rng.choice(STRINGS)
    if depth == 0 or kind < 0.8:
        return rng.choice(([], {}, [[]], [None], {"": ""}))
    if kind < 0.92:
        return _odd_list(rng, depth)
    return (
        _nested(rng) if kind < 0.94 else {key: odd_value(rng, depth - 1) for key in rng.sample(KEYS, rng.randint(1, 4))}
    )


def _odd_list(rng: random.Random, depth: int) -> list[Any]:
    if rng.random() < 0.15:
        return [rng.choice((0.0, 1, "x", None, {}))] * rng.choice((1_000, 20_000))
    return [odd_value(rng, depth - 1) for _ in range(rng.choice((1, 2, 3, 50)))]


def _nested(rng: random.Random) -> Any:
    nested: Any = 1.0
    for level in range(rng.choice((10, 200))):
        nested = [nested] if rng.random() < 0.5 else {"known": nested, "actual": nested if level < 3 else 1.0}
    return nested
