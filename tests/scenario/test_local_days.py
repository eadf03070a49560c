"""Local days begin at the first instant of their date: every change of clocks since 2015, in every zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from optimizer import audit, plan, roll
from optimizer.auditor import clockwork
from optimizer.scenario.horizon import RESOLUTIONS, Time, TimeError, horizon_of, localize
from optimizer.scenario.local_days import begins_day, first_instant, month_start, next_month_start
from tests.toys import group_fleet, scenario

FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DAY = 86_400
LOOK_S = 300
"""All changes since 2015 lie on five minutes, and so do all offsets."""
AT_MIDNIGHT = [
    ("America/Santiago", date(2024, 9, 8)),
    ("Africa/Cairo", date(2024, 4, 26)),
    ("Asia/Beirut", date(2024, 3, 31)),
    ("America/Havana", date(2024, 3, 10)),
    ("America/Asuncion", date(2017, 10, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Amman", date(2018, 3, 30)),
    ("Asia/Damascus", date(2018, 3, 30)),
]
"""Days on which there is no 00:00; in Asunción the first of a month."""


@cache
def changes() -> list[tuple[ZoneInfo, int]]:
    """(zone, UTC second) of each change of a zone's offset; of zones that are alike, one."""
    found: dict[tuple[tuple[int, int, int], ...], tuple[ZoneInfo, list[int]]] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        history = tuple(_changes_of(zone))
        if history:
            found[history] = zone, [when for when, _, _ in history]
    return [(zone, when) for zone, moments in found.values() for when in moments]


def _changes_of(zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    step = 14 * DAY
    for mark in range(int(FIRST.timestamp()), int(LAST.timestamp()), step):
        before, after = mark, mark + step
        if offset(before, zone) == offset(after, zone):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if offset(middle, zone) == offset(mark, zone) else (before, middle)
        yield after, offset(before, zone), offset(after, zone)


def offset(second: int, zone: ZoneInfo) -> int:
    ahead = datetime.fromtimestamp(second, zone).utcoffset()
    assert ahead is not None
    return int(ahead.total_seconds())


def looked_up(day: date, zone: ZoneInfo) -> int:
    """The first second of a date, by looking at the clock every five minutes."""
    middle = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    marks = range(middle - 15 * 3600, middle + 14 * 3600, LOOK_S)
    return next(mark for mark in marks if datetime.fromtimestamp(mark, zone).date() == day)


def test_there_are_changes_of_all_sorts() -> None:
    sizes = {(zone.key, abs(offset(when, zone) - offset(when - 1, zone))) for zone, when in changes()}
    assert len(changes()) > 500
    assert {1800, 3600, 7200} <= {size for _, size in sizes}
    skipped = [1 for zone, when in changes() if datetime.fromtimestamp(when - 1, zone).time().hour == 23]
    assert len(skipped) > 20


def test_days_around_every_change_begin_at_the_first_instant_of_their_date() -> None:
    for zone, when in changes():
        day = datetime.fromtimestamp(when, zone).date()
        for other in (day - timedelta(days=1), day, day + timedelta(days=1)):
            first = first_instant(other, zone)
            assert first.timestamp() == looked_up(other, zone), (zone.key, other)
            assert first.date() == other
            assert begins_day(first, zone)
            assert not begins_day(first + timedelta(minutes=5), zone)


def test_days_around_every_change_are_planned_whole_and_meet_without_gap() -> None:
    for zone, when in changes():
        day = datetime.fromtimestamp(when, zone).date()
        ends = None
        for other in (day - timedelta(days=1), day, day + timedelta(days=1)):
            first, after = (looked_up(d, zone) for d in (other, other + timedelta(days=1)))
            fits = next(minutes for minutes in RESOLUTIONS if not (after - first) % (60 * minutes))
            start = datetime(other.year, other.month, other.day)
            here = horizon_of(Time(zone=zone.key, start=start, resolution_minutes=fits, committed_days=1))
            assert here.start_minutes[0] * 60 == first, (zone.key, other)
            assert here.committed * here.step_minutes * 60 == after - first, (zone.key, other)
            assert ends in (None, first)
            assert {s.date() for s in here.starts} == {other}
            ends = int(here.end.timestamp())
            if fits != RESOLUTIONS[0]:
                with pytest.raises(TimeError, match=f"a resolution_minutes that fits: .*{fits}"):
                    horizon_of(Time(zone=zone.key, start=start, committed_days=1))


def test_months_around_every_change_begin_alike_in_model_and_audit() -> None:
    for zone, when in changes():
        moment = datetime.fromtimestamp(when, zone)
        number = 12 * moment.year + moment.month - 1
        opens, closes = month_start(moment, zone), next_month_start(moment, zone)
        assert opens.timestamp() == looked_up(moment.date().replace(day=1), zone)
        assert clockwork.month_start(number, zone) * 60 == opens.timestamp(), (zone.key, moment)
        assert clockwork.month_start(number + 1, zone) * 60 == closes.timestamp()


@pytest.mark.parametrize(("name", "day"), AT_MIDNIGHT)
def test_a_day_without_midnight_begins_when_the_clocks_skip_it(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    assert first_instant(day, zone).hour == 1
    assert localize(datetime(day.year, day.month, day.day), zone) == first_instant(day, zone)
    with pytest.raises(TimeError, match="the clocks skip it"):
        localize(datetime(day.year, day.month, day.day, 0, 30), zone)


def test_a_date_that_was_left_out_is_refused() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert first_instant(date(2011, 12, 30), apia).date() == date(2011, 12, 31)
    with pytest.raises(TimeError, match="2011-12-30T00:00:00 does not exist in Pacific/Apia"):
        horizon_of(Time(zone="Pacific/Apia", start=datetime(2011, 12, 30), committed_days=1))


@pytest.mark.parametrize(("name", "day"), AT_MIDNIGHT)
def test_the_day_before_the_short_day_and_a_roll_over_both(name: str, day: date) -> None:
    """One group that earns 50 USD an hour: 24, 23 and 24 hours."""
    before = day - timedelta(days=1)
    given = scenario([50.0] * 24, fleets=[group_fleet()])
    time = given.time.model_copy(
        update={
            "zone": name,
            "start": datetime(before.year, before.month, before.day),
            "committed_periods": None,
            "committed_days": 1,
        }
    )
    energy = given.supply.energy.model_copy(update={"price_usd_per_mwh": 50.0})
    given = given.model_copy(update={"time": time, "supply": given.supply.model_copy(update={"energy": energy})})
    short = given.model_copy(update={"time": time.model_copy(update={"start": datetime(day.year, day.month, day.day)})})
    assert plan(given).profit_usd == pytest.approx(24 * 50.0)
    planned = plan(short)
    assert planned.profit_usd == pytest.approx(23 * 50.0)
    assert any("is skipped by the clocks" in note for note in planned.notes)
    assert audit(short, planned).ok
    rolled = roll(given, 3)
    assert rolled.findings.ok
    assert rolled.schedule.profit_usd == pytest.approx((24 + 23 + 24) * 50.0)
