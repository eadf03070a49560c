"""What every input model shares: frozen, closed, finite, with plain limits."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from optimizer.scenario.quantity import Quantity


class Model(BaseModel):
    """A frozen input record: unknown fields are refused, a variation is a copy (`model_copy(update=…)`)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, hide_input_in_errors=True
    )

    shows: ClassVar[tuple[Quantity, ...]] = ()
    """What a plan shows of it in every period, where it is an item of the plan."""


# Numbers are strict (no "5", no true) and bounded far above anything real, so that no product overflows.
Number = Annotated[float, Strict(), Field(ge=-1e15, le=1e15)]
NonNegative = Annotated[float, Strict(), Field(ge=0, le=1e15)]
Positive = Annotated[float, Strict(), Field(gt=0, le=1e18)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Power = Annotated[float, Strict(), Field(ge=0, le=1e6)]
"""Megawatts, or watts of one machine."""
Price = Annotated[float, Strict(), Field(ge=-1e6, le=1e6)]
Rate = Annotated[float, Strict(), Field(ge=0, le=1e6)]
"""Money per hour of a GPU, a machine or a node."""
Usd = Annotated[float, Strict(), Field(ge=0, le=1e12)]
GpuHours = Annotated[float, Strict(), Field(ge=0, le=1e12)]
Hours = Annotated[float, Strict(), Field(ge=0, le=1e5)]
Count = Annotated[int, Strict(), Field(ge=1, le=10_000_000)]
CountOrZero = Annotated[int, Strict(), Field(ge=0, le=10_000_000)]
Flag = Annotated[bool, Strict()]

NAME_PATTERN = r"^[^\W_][\w .\-]{0,63}$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"

MONTH_PATTERN = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"
MonthText = Annotated[str, StringConstraints(pattern=MONTH_PATTERN, strict=True)]
"""A calendar month, e.g. `2026-08`."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, strict=True)]
"""A letter or digit, then letters, digits, spaces, `.`, `_`, `-`; 64 characters at most."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
LAST_YEAR_OF_A_MOMENT = 2299
"""Later than any end of a horizon."""


def _as_written(value: Any) -> Any:
    """A time is written as one: a number (or text of digits) is refused, not read as seconds since 1970."""
    if _is_number(value):
        raise PydanticCustomError("time", "a time, e.g. 2026-01-15T18:00:00")
    return value


def _as_clock(value: Any) -> Any:
    if _is_number(value):
        raise PydanticCustomError("clock", "a time of the clock, e.g. 18:00:00")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and not any(sign in value[1:] for sign in "-:"))


def _in_reach(last: int) -> AfterValidator:
    def check(when: datetime) -> datetime:
        if not FIRST_YEAR <= when.year <= last:
            raise PydanticCustomError("time", f"a time of the years {FIRST_YEAR} to {last}")
        return when

    return AfterValidator(check)


def _whole(value: Any) -> Any:
    if type(value) is not int:
        raise PydanticCustomError("whole", "a whole number")
    return value


LocalTime = Annotated[datetime, BeforeValidator(_as_written), _in_reach(LAST_YEAR)]
"""A time in the scenario's zone: without offset it is local clock time (the first of two where the clock
repeats), with an offset it is exact."""

Moment = Annotated[AwareDatetime, BeforeValidator(_as_written), _in_reach(LAST_YEAR_OF_A_MOMENT)]
"""An exact time, with its offset."""

ClockTime = Annotated[time, BeforeValidator(_as_clock)]
"""A time of the local clock."""

Whole = BeforeValidator(_whole)
"""Beside a `Literal` of numbers: 1, but neither 1.0 nor true."""
