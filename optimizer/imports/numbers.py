"""What the cells of a column say in numbers, and whether point or comma is their decimal sign.

`40,123` is 40.123 or 40123. The column as a whole decides: a cell such as `12,5` or `1,234.50` can be read in one
way only. Where no cell does, what separates the cells does: a file with `;` between its cells has decimal commas where
every price has one comma and three places. What stays open is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from optimizer.errors import WattshiftError

DecimalSign = Literal["point", "comma"]

_GROUP = "'’\u00a0\u202f "
"""What stands between thousands beside comma and point: apostrophes and spaces."""
_BODY: dict[DecimalSign, re.Pattern[str]] = {
    "point": re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:[,{_GROUP}]\d{{3}})+)?(?:\.\d*)?(?:[eE][-+]?\d{{1,3}})?"),
    "comma": re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:[.{_GROUP}]\d{{3}})+)?(?:,\d*)?(?:[eE][-+]?\d{{1,3}})?"),
}
_MISSING = frozenset({"", "nan", "na", "n/a", "n/e", "null", "none", "-", "--", "#n/a"})
_CURRENCY = re.compile(r"^([-+]?)\s*[$€£]\s*|\s*[€£]$")


class DecimalQuestion(WattshiftError, ValueError):
    """Cells that can be read with either decimal sign: what was found."""


def is_missing(text: str) -> bool:
    """Whether a cell holds no number: empty, `NaN`, `n/e`, `-` and the like."""
    return text.strip().lower() in _MISSING


def number_of(text: str, sign: DecimalSign = "point") -> float | None:
    """The number that a cell shows, NaN for an empty one, None where it shows none. Currency signs, thousands
    separators and a bookkeeper's brackets for minus are understood."""
    if is_missing(text):
        return float("nan")
    body = _bare(text)
    minus = body.startswith("-")
    body = body.lstrip("+-") if body[:2] not in {"+-", "-+", "--", "++"} else body
    if not any(digit.isdigit() for digit in body) or not _BODY[sign].fullmatch(body):
        return None
    grouping, decimal = (",", ".") if sign == "point" else (".", ",")
    for separator in (grouping, *_GROUP):
        body = body.replace(separator, "")
    value = float(body.replace(decimal, "."))
    return -value if minus else value


def shows_number(text: str) -> bool:
    """Whether a cell that is not empty is a number with one decimal sign or the other."""
    return not is_missing(text) and any(number_of(text, sign) is not None for sign in _BODY)


def decimal_sign(
    cells: Iterable[str], separator: str, others: Iterable[Iterable[str]] = ()
) -> tuple[DecimalSign, str | None]:
    """The decimal sign of a column, and what is to be said about it.

    `separator` stands between the file's cells (empty for a workbook); `others` are the file's other columns, which are
    asked where this one leaves it open. Raises DecimalQuestion where the file does not decide.
    """
    seen = _Seen.of(cells)
    if separator == ",":
        # Between cells that commas separate a comma is no decimal sign, if not every cell leaves it open.
        if seen.point or seen.comma or not seen.open_commas:
            return "point", None
        if seen.open_points or (seen.plain and max(seen.plain) < 1000):
            return "point", None
    if seen.point and seen.comma:
        raise DecimalQuestion(f"{seen.point!r} has a decimal point and {seen.comma!r} a decimal comma")
    if seen.point or seen.comma:
        return ("point" if seen.point else "comma"), None
    if not seen.open_commas and not (seen.open_points and separator == ";"):
        return "point", None
    for other in map(_Seen.of, others):
        if bool(other.point) != bool(other.comma) and separator != ",":
            return ("point" if other.point else "comma"), None
    example = seen.open_commas or seen.open_points
    if separator == ";" and seen.open_commas and not seen.open_points and not seen.plain:
        read = number_of(example, "comma")
        return (
            "comma",
            f"{example!r} is read as {read:g}: every price has a comma and three places, cells are set apart by ;",
        )
    one, other_value = number_of(example, "comma"), number_of(example, "point")
    raise DecimalQuestion(f"{example!r} may be {one:.15g} (decimal comma) or {other_value:.15g} (decimal point)")


@dataclass
class _Seen:
    """What the cells of a column say: an example of each kind."""

    point: str = ""
    """A cell that is a number with a decimal point only."""
    comma: str = ""
    open_commas: str = ""
    """A cell with a comma that is a number with either sign."""
    open_points: str = ""
    plain: frozenset[float] = frozenset()
    """Whole numbers without any sign, whatever theirs is."""

    @classmethod
    def of(cls, cells: Iterable[str]) -> _Seen:
        seen = cls()
        plain = set()
        for text in set(cells):
            if is_missing(text):
                continue
            point, comma = number_of(text, "point"), number_of(text, "comma")
            if point is None and comma is None:
                continue
            if comma is None:
                seen.point = seen.point or text
            elif point is None:
                seen.comma = seen.comma or text
            elif "," in text:
                seen.open_commas = max(seen.open_commas, text)
            elif "." in text:
                seen.open_points = max(seen.open_points, text)
            else:
                plain.add(abs(point))
        seen.plain = frozenset(plain)
        return seen


def _bare(text: str) -> str:
    """A number's text without currency and brackets, its minus in front."""
    body = text.strip().replace("−", "-")
    if body.startswith("(") and body.endswith(")"):  # bookkeepers' minus
        body = f"-{body[1:-1].strip()}"
    return _CURRENCY.sub(r"\1", body).strip()
