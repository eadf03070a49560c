"""What every input model shares: frozen, closed, finite, with plain limits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.types import Strict


class Model(BaseModel):
    """A frozen input record: unknown fields are refused, a variation is a copy (`model_copy(update=…)`)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, hide_input_in_errors=True
    )


# Numbers are strict (no "5", no true) and bounded far above anything real, so that no product overflows.
Number = Annotated[float, Strict(), Field(ge=-1e15, le=1e15)]
NonNegative = Annotated[float, Strict(), Field(ge=0, le=1e15)]
Positive = Annotated[float, Strict(), Field(gt=0, le=1e18)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Power = Annotated[float, Strict(), Field(ge=0, le=1e6)]
"""Megawatts, or watts of one machine."""
Price = Annotated[float, Strict(), Field(ge=-1e6, le=1e6)]
Hours = Annotated[float, Strict(), Field(ge=0, le=1e5)]
Count = Annotated[int, Strict(), Field(ge=1, le=10_000_000)]
CountOrZero = Annotated[int, Strict(), Field(ge=0, le=10_000_000)]
Flag = Annotated[bool, Strict()]

Name = Annotated[str, StringConstraints(pattern=r"^[^\W_][\w .\-]{0,63}$", strict=True)]
"""A letter or digit, then letters, digits, spaces, `.`, `_`, `-`; 64 characters at most."""

LocalTime = datetime
"""A time in the scenario's zone: without offset it is local clock time (the first of two where the clock
repeats), with an offset it is exact."""
