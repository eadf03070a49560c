"""Malformed tariffs, reserves, events, cooling modes, overrides and versions of series: refused, with a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.test_malformed import line_of, refused, validate
from tests.scenario.yard import YARD, write

WHOLE_BILL = """
[supply.tariff]
name = "industrial"
holidays = "US"
demand = [
    { name = "flat", tiers = [{ rate_usd_per_kw = 12.0 }], metering_minutes = 15, ratchet = { share = 0.8 } },
    { name = "peak", windows = [{ start = 14:00:00, end = 18:00:00 }], tiers = [{ rate_usd_per_kw = 6.0 }] },
]
coincident = [
    { name = "4CP", rate_usd_per_kw = 13.75, windows = [{ months = [6, 7, 8, 9], start = 16:00:00, end = 17:00:00 }] },
    { name = "12CP", rate_usd_per_kw = 2.0, probability = [0.1, 0.2, 0.1, 0.0] },
]
fixed = { usd_per_month = 500.0 }
minimum = { usd_per_month = 900.0 }
taxes = [{ name = "city", percent = 4.0, lines = ["demand", "fixed"] }]

[[supply.expected_peaks]]
charge = "flat"
month = "2026-01"
peak_mw = 5.0

[[supply.reserves]]
name = "ECRS"
price_usd_per_mw_h = [10.0, 10.0, 12.0, 9.0]
providers = ["miners", "store"]
deployment_share = 0.05

[[supply.demand_response]]
name = "event"
start = 2026-01-05T01:00:00
end = 2026-01-05T03:00:00
baseline_mw = 6.0
committed_reduction_mw = 2.0
payment_usd_per_mwh = 200.0

[[supply.batteries]]
name = "store"
charge_limit_mw = 1.0
discharge_limit_mw = 1.0
energy_mwh = 2.0

[[overrides]]
item = "miners"
start = 2026-01-05T00:00:00
end = 2026-01-05T01:00:00
hold = "off"

[state.tariff]
months = [{ month = "2026-01", peaks_mw = { flat = 4.0 } }, { month = "2025-12", look_back_mw = { flat = 6.0 } }]
"""
TIERS = (
    'energy = [{ name = "day", windows = [{ start = 06:00:00, end = 18:00:00 }], tiers = '
    "[{ rate_usd_per_kwh = 0.09, up_to_kwh = 1000.0 }, { rate_usd_per_kwh = 0.07 }] }, "
    '{ name = "night", tiers = [%s] }]\n'
)
RATES = TIERS % "{ rate_usd_per_kwh = 0.05, up_to_kwh = 1000.0 }, { rate_usd_per_kwh = 0.03 }"
PRICE = 'price_usd_per_mwh = { file = "prices.csv", column = "price" }\n'


def edited(*edits: tuple[str, str]) -> str:
    text = YARD + WHOLE_BILL
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_the_whole_bill_is_valid(tmp_path: Path) -> None:
    done = validate(write(tmp_path, edited()))
    assert done.exit_code == 0, done.output


def test_energy_rates_take_the_place_of_a_price(tmp_path: Path) -> None:
    text = edited((PRICE, ""), ("demand = [", RATES + "demand = ["))
    done = validate(write(tmp_path, text))
    assert done.exit_code == 0, done.output


EDITS: list[tuple[str, list[tuple[str, str]], str, list[str]]] = [
    (
        "energy rates beside a price",
        [("demand = [", RATES + "demand = [")],
        "supply.energy",
        ["price_usd_per_mwh and supply.tariff.energy: both are given", "exactly one"],
    ),
    (
        "tiers that differ by period",
        [(PRICE, ""), ("demand = [", TIERS % "{ rate_usd_per_kwh = 0.05 }" + "demand = [")],
        "supply.tariff.energy[1].tiers",
        ["'night'", "same ends"],
    ),
    (
        "steps that differ by period",
        [
            (PRICE, ""),
            (
                "demand = [",
                TIERS % "{ rate_usd_per_kwh = 0.05, up_to_kwh = 1000.0 }, { rate_usd_per_kwh = 0.04 }" + "demand = [",
            ),
        ],
        "supply.tariff.energy[1].tiers",
        ["'night'", "same steps"],
    ),
    (
        "sell rates that differ by tier",
        [
            (PRICE, ""),
            ("demand = [", RATES.replace("0.07 }", "0.07, sell_usd_per_kwh = 0.01 }") + "demand = ["),
        ],
        "supply.tariff.energy[0].tiers",
        ["'day'", "one rate a period"],
    ),
    (
        "unknown holidays",
        [('holidays = "US"', 'holidays = "Mars"')],
        "supply.tariff.holidays",
        ["'Mars'", "US-TX"],
    ),
    (
        "committed part inside a metering interval",
        [
            ("committed_periods = 4", "committed_periods = 4\nresolution_minutes = 15"),
            ("start = 2026-01-05T00:00:00\ncomm", "start = 2026-01-05T00:15:00\ncomm"),
            ("metering_minutes = 15", "metering_minutes = 30"),
        ],
        "supply.tariff.demand[0].metering_minutes",
        ["30", "01:15:00", "ends where a metering interval does"],
    ),
    (
        "odd metering",
        [("metering_minutes = 15", "metering_minutes = 20")],
        "supply.tariff.demand[0].metering_minutes",
        ["20", "15, 30 or 60"],
    ),
    (
        "falling tier ends",
        [
            (
                "tiers = [{ rate_usd_per_kw = 12.0 }]",
                "tiers = [{ rate_usd_per_kw = 12.0, up_to_kw = 9.0 }, { rate_usd_per_kw = 1.0, up_to_kw = 5.0 },"
                " { rate_usd_per_kw = 3.0 }]",
            )
        ],
        "supply.tariff.demand[0].tiers",
        ["rise"],
    ),
    (
        "charge twice",
        [('name = "peak"', 'name = "flat"')],
        "supply.tariff.demand",
        ["'flat' stands twice"],
    ),
    ("ratchet above one", [("share = 0.8", "share = 1.8")], "supply.tariff.demand[0].ratchet.share", ["1.8", "1"]),
    (
        "windows and probability",
        [("probability = [", "windows = [{ start = 16:00:00 }], probability = [")],
        "supply.tariff.coincident[1]",
        ["one of `windows`, `peaks` and `probability`"],
    ),
    (
        "negative probability",
        [("[0.1, 0.2, 0.1, 0.0]", "[0.1, -0.2, 0.1, 0.0]")],
        "supply.tariff.coincident[1].probability",
        ["-0.2", "at least 0"],
    ),
    (
        "probability of another length",
        [("[0.1, 0.2, 0.1, 0.0]", "[0.1, 0.2]")],
        "supply.tariff.coincident[1].probability",
        ["a list of 2 values", "4 periods"],
    ),
    ("tax of an unknown line", [('"fixed"]', '"gas"]')], "supply.tariff.taxes[0].lines[1]", ["'gas'", "energy"]),
    (
        "expected peak of no charge",
        [('charge = "flat"', 'charge = "flt"')],
        "supply.expected_peaks[0].charge",
        ["no demand charge is named 'flt'", "flat, peak"],
    ),
    (
        "expected peak of no month",
        [('month = "2026-01"\npeak', 'month = "2026-13"\npeak')],
        "supply.expected_peaks[0].month",
        ["'2026-13'", "e.g. 2026-08"],
    ),
    (
        "expected peak twice",
        [
            (
                "[[supply.reserves]]",
                '[[supply.expected_peaks]]\ncharge = "flat"\nmonth = "2026-01"\npeak_mw = 1.0\n\n[[supply.reserves]]',
            )
        ],
        "supply.expected_peaks[1]",
        ["flat in 2026-01 a second time"],
    ),
    (
        "unknown provider",
        [('"store"]', '"shop"]')],
        "supply.reserves[0].providers[1]",
        ["'shop'", "miners, store"],
    ),
    (
        "provider twice",
        [('"store"]', '"miners"]')],
        "supply.reserves[0].providers[1]",
        ["'miners' a second time"],
    ),
    (
        "providers that look alike",
        [
            ('{ name = "low", power_w', '{ name = "low b", power_w'),
            ('"store"]', '"miners low"]'),
            ('name = "store"', 'name = "miners low"'),
            ('name = "normal", power_w = 3500.0', 'name = "low", power_w = 3500.0'),
        ],
        "supply.reserves[0].providers[1]",
        ["'miners low' would be shown as 'miners low'"],
    ),
    (
        "deployment above one",
        [("deployment_share = 0.05", "deployment_share = 1.05")],
        "supply.reserves[0].deployment_share",
        ["1.05", "at most 1"],
    ),
    (
        "unknown direction",
        [('name = "ECRS"', 'name = "ECRS"\ndirection = "left"')],
        "supply.reserves[0].direction",
        ["'left'", "symmetric"],
    ),
    (
        "event that ends before it starts",
        [("end = 2026-01-05T03:00:00\nbaseline", "end = 2026-01-05T00:30:00\nbaseline")],
        "supply.demand_response[0].end",
        ["00:30:00", "later than its start"],
    ),
    (
        "name of an event that is taken",
        [('name = "event"', 'name = "miners"')],
        "supply.demand_response[0].name",
        ["'miners' is the name of fleets[0] too"],
    ),
    (
        "cooling beside PUE",
        [("it_limit_mw = 9.0", 'it_limit_mw = 9.0\ncooling = [{ name = "air", power_share = 0.1 }]')],
        "site.halls[0].pue",
        ["given beside cooling"],
    ),
    (
        "cooling limits the wrong way round",
        [
            (
                "it_limit_mw = 9.0",
                'it_limit_mw = 9.0\ncooling = [{ name = "a", power_share = 0.1, min_ambient_c = 9.0, '
                "max_ambient_c = 5.0 }]",
            ),
            ("pue = { ambient_c = [0.0, 30.0], pue = [1.05, 1.2] }\n", ""),
        ],
        "site.halls[0].cooling[0].max_ambient_c",
        ["5", "at least min_ambient_c, 9"],
    ),
    (
        "override of nothing",
        [('item = "miners"', 'item = "minors"')],
        "overrides[0].item",
        ["'minors'", "miners, pool, store"],
    ),
    (
        "override without a way",
        [('hold = "off"\n', "")],
        "overrides[0]",
        ["a table with item, start, end", "either `hold` or `power_mw`"],
    ),
    (
        "battery held on",
        [('item = "miners"', 'item = "store"'), ('hold = "off"', 'hold = "on"')],
        "overrides[0].hold",
        ["'on', of a battery", "power_mw"],
    ),
    (
        "fleet at a negative power",
        [('hold = "off"', "power_mw = -1.0")],
        "overrides[0].power_mw",
        ["-1, of a fleet", "at least 0"],
    ),
    (
        "state of an unknown charge",
        [("peaks_mw = { flat = 4.0 }", "peaks_mw = { flt = 4.0 }")],
        "state.tariff.months[0].peaks_mw.flt",
        ["no demand charge is named 'flt'"],
    ),
    (
        "state of a month twice",
        [('month = "2025-12"', 'month = "2026-01"')],
        "state.tariff.months[1].month",
        ["'2026-01' is the name of"],
    ),
    (
        "open interval that is over",
        [
            (
                "[state.tariff]\n",
                "[state.tariff]\nopen_intervals = { flat = { start = 2026-01-04T23:00:00-06:00, import_mwh = 1.0 } }\n",
            )
        ],
        "state.tariff.open_intervals.flat.start",
        ["2026-01-04T23:00:00-06:00", "under way at 2026-01-05T00:00:00-06:00"],
    ),
    (
        "open interval that ends as the plan begins",
        [
            (
                "[state.tariff]\n",
                "[state.tariff]\nopen_intervals = { flat = { start = 2026-01-04T23:50:00-06:00, import_mwh = 1.0 } }\n",
            )
        ],
        "state.tariff.open_intervals.flat.start",
        ["2026-01-04T23:50:00-06:00", "none", "under way at 2026-01-05T00:00:00-06:00"],
    ),
    (
        "month that is not yet",
        [('month = "2025-12"', 'month = "2026-02"')],
        "state.tariff.months[1].month",
        ["'2026-02'", "2026-01, or a month before it"],
    ),
    (
        "version without what came",
        [("hashprice_usd_per_ph_day = 45.0", "hashprice_usd_per_ph_day = { known = 45.0 }")],
        "bitcoin.hashprice_usd_per_ph_day.actual",
        ["missing", "required"],
    ),
    (
        "what came out of range",
        [("hashprice_usd_per_ph_day = 45.0", "hashprice_usd_per_ph_day = { known = 45.0, actual = -1.0 }")],
        "bitcoin.hashprice_usd_per_ph_day.actual",
        ["-1 at 2026-01-05T00:00:00-06:00", "at least 0"],
    ),
    (
        "what came that is too short",
        [("hashprice_usd_per_ph_day = 45.0", "hashprice_usd_per_ph_day = { known = 45.0, actual = [1.0] }")],
        "bitcoin.hashprice_usd_per_ph_day.actual",
        ["a list of 1 values", "4 periods"],
    ),
]


@pytest.mark.parametrize(("edits", "place", "words"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS])
def test_an_edit_is_refused(edits: list[tuple[str, str]], place: str, words: list[str], tmp_path: Path) -> None:
    line = line_of(refused(validate(write(tmp_path, edited(*edits)))), place)
    assert [word for word in words if word not in line] == [], line


@pytest.mark.parametrize(
    ("plan_start", "opened", "field", "words"),
    [
        ("2026-01-05T00:05:00", "2026-01-04T23:55:00-06:00", "start", "2026-01-05T00:00:00-06:00, the start of"),
        ("2026-01-05T00:20:00", "2026-01-05T00:10:00-06:00", "start", "2026-01-05T00:15:00-06:00, the start of"),
        ("2026-01-05T00:20:00", "2026-01-05T00:15:00-06:00", "import_mwh", "at most 100000 MWh"),
    ],
)
def test_an_open_interval_is_the_one_that_the_plan_begins_in(
    plan_start: str, opened: str, field: str, words: str, tmp_path: Path
) -> None:
    state = f"open_intervals = {{ flat = {{ start = {opened}, import_mwh = 2e5 }} }}\n"
    begin = f"start = {plan_start}\nresolution_minutes = 5\n"
    text = edited(("start = 2026-01-05T00:00:00\n", begin), ("[state.tariff]\n", "[state.tariff]\n" + state))
    report = refused(validate(write(tmp_path, text)))
    assert words in line_of(report, f"state.tariff.open_intervals.flat.{field}")


def test_nothing_may_refer_to_a_tariff_that_is_not_there(tmp_path: Path) -> None:
    text = YARD + WHOLE_BILL[WHOLE_BILL.index("[[supply.expected_peaks]]") :]
    report = refused(validate(write(tmp_path, text)))
    assert "without supply.tariff" in line_of(report, "supply.expected_peaks")
    assert "'flat', without supply.tariff" in line_of(report, "state.tariff.months[0].peaks_mw.flat")
