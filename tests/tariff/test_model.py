"""The tariff as an input: what is refused, with its place, and what is there by default."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.places import faults_from
from optimizer.scenario.tariff import Tariff
from tests.tariff.by_hand import demand, energy, kwh, tariff


def faults(**fields: Any) -> list[tuple[str, str]]:
    """Place and what is allowed, of each fault."""
    raw = {"name": "by hand", **fields}
    with pytest.raises(ValidationError) as caught:
        Tariff.model_validate(raw)
    return [(fault.place, fault.allowed) for fault in faults_from(caught.value, raw)]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"energies": []}, "energies", "not a field here"),
    ({"name": ""}, "name", "at least 1 character"),
    ({"energy": [energy()]}, "energy[0].tiers", "at least 1 item"),
    ({"energy": [energy(kwh(0.1, up_to_kwh=5))]}, "energy[0].tiers", "the last, which has none"),
    ({"energy": [energy(kwh(0.1), kwh(0.2))]}, "energy[0].tiers", "the last, which has none"),
    (
        {"energy": [energy(kwh(0.1, up_to_kwh=5), kwh(0.1, up_to_kwh=5), kwh(0.2))]},
        "energy[0].tiers",
        "ends rise",
    ),
    (
        {"energy": [energy(kwh(0.1, up_to_kwh=5, up_to_kwh_per_kw=1), kwh(0.2))]},
        "energy[0].tiers[0]",
        "one end at most",
    ),
    (
        {"energy": [energy(kwh(0.1), windows=[{"end": "23:55:00"}])]},
        "energy",
        "none holds 23:55 of a weekday in month 1",
    ),
    (
        {"energy": [energy(kwh(0.1), windows=[{"days": ["weekday", "weekend"]}])], "holidays": "US"},
        "energy",
        "none holds 00:00 of a holiday in month 1",
    ),
    ({"energy": [energy(kwh(0.1)), energy(kwh(0.2))]}, "energy", "'all' stands twice"),
    ({"energy": [energy(kwh(float("inf")))]}, "energy[0].tiers[0].rate_usd_per_kwh", "finite number"),
    ({"demand": [demand(1.0, metering_minutes=20)]}, "demand[0].metering_minutes", "15, 30 or 60"),
    ({"demand": [demand(1.0), demand(2.0)]}, "demand", "'demand' stands twice"),
    (
        {"demand": [demand({"rate_usd_per_kw": 1.0, "up_to_kw": 3.0})]},
        "demand[0].tiers",
        "the last, which has none",
    ),
    ({"demand": [demand(1.0, ratchet={"share": 80.0})]}, "demand[0].ratchet.share", "less than or equal to 1"),
    ({"demand": [demand(1.0, ratchet={"share": 0.8, "months": [13]})]}, "demand[0].ratchet.months[0]", "equal to 12"),
    ({"demand": [demand(1.0, windows=[{"start": "18:03:00"}])]}, "demand[0].windows[0].start", "five-minute mark"),
    ({"demand": [demand(1.0, windows=[])]}, "demand[0].windows", "at least 1 item"),
    (
        {"coincident": [{"name": "cp", "rate_usd_per_kw": 1.0}]},
        "coincident[0]",
        "one of `windows`, `peaks` and `probability`",
    ),
    ({"taxes": [{"name": "tax", "percent": 5.0, "lines": ["tax"]}]}, "taxes[0].lines[0]", "'energy', 'demand'"),
    ({"minimum": {"usd_per_month": -1.0}}, "minimum.usd_per_month", "greater than or equal to 0"),
]


@pytest.mark.parametrize(("fields", "place", "allowed"), REFUSED, ids=[f"{case[1]}: {case[2]}" for case in REFUSED])
def test_what_is_refused(fields: dict[str, Any], place: str, allowed: str) -> None:
    found = faults(**fields)
    assert [at for at, _ in found] == [place]
    assert allowed in found[0][1]


def test_without_a_calendar_no_holiday_must_be_held() -> None:
    assert tariff(energy=[energy(kwh(0.1), windows=[{"days": ["weekday", "weekend"]}])]).holidays is None


def test_a_tariff_is_frozen() -> None:
    with pytest.raises(ValidationError):
        tariff().name = "other"


def test_every_field_is_described() -> None:
    for name, model in Tariff.model_json_schema()["$defs"].items():
        for field, schema in model.get("properties", {}).items():
            assert schema.get("description"), f"{name}.{field}"
    assert ClockWindow().days == ("weekday", "weekend", "holiday")
