"""The moment that an option names."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from optimizer.errors import AskedError

if TYPE_CHECKING:
    from optimizer.scenario.horizon import Horizon

CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


def moment(text: str, option: str, horizon: Horizon) -> datetime:
    """The moment, with its offset: a local time, or one that has its own offset. A clock time without a day is the
    first one of the horizon.

    Raises AskedError where the text is neither, or the clocks skip that time.
    """
    from optimizer.scenario.horizon import TimeError, localize

    begin = horizon.at(0)
    try:
        if not CLOCK.fullmatch(text.strip()):
            return localize(datetime.fromisoformat(text.strip()), horizon.zone, option)
        clock = time.fromisoformat(text.strip().rjust(5, "0") if text.count(":") == 1 else text.strip().rjust(8, "0"))
        day = begin.date() if clock >= begin.time() else begin.date() + timedelta(days=1)
        return localize(datetime.combine(day, clock), horizon.zone, option)
    except TimeError as error:
        raise AskedError(f"{option} {text}: {error}") from None
    except (ValueError, OverflowError):
        asked = f"a local time, e.g. {begin:%Y-%m-%dT%H:%M}, or a time of the day, e.g. {begin:%H:%M}"
        raise AskedError(f"{option} {text!r} is no time; {asked}") from None
