"""Checks of what power costs and what hashrate earns."""

from __future__ import annotations

from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.checks.report import Report
from optimizer.scenario.tou import TouError, holiday_dates, tou_price


def check(report: Report) -> None:
    _energy(report)
    if report.scenario.bitcoin is not None:
        _bitcoin(report, report.scenario.bitcoin)


def _energy(report: Report) -> None:
    energy, tariff, place = report.scenario.supply.energy, report.scenario.supply.tariff, "supply.energy"
    rates = tariff is not None and bool(tariff.energy)
    given = [energy.price_usd_per_mwh is not None, energy.tou is not None, rates]
    if sum(given) != 1:
        names = ("price_usd_per_mwh", "tou", "supply.tariff.energy")
        found = " and ".join(name for name, there in zip(names, given, strict=True) if there)
        count = "both" if sum(given) == 2 else "all"
        said = f"{found}: {count} are given" if found else "price_usd_per_mwh and tou: neither is given"
        report.add(place, said, "exactly one of price_usd_per_mwh, tou and the energy rates of supply.tariff")
    if energy.price_usd_per_mwh is not None:
        report.series(f"{place}.price_usd_per_mwh", energy.price_usd_per_mwh, -1e6, 1e6)
    for i, adder in enumerate(energy.adders):
        report.series(f"{place}.adders[{i}].usd_per_mwh", adder.usd_per_mwh, -1e6, 1e6)
    if energy.tou is None:
        return
    windows = energy.tou.windows
    report.unique(((f"{place}.tou.windows[{i}].name", w.name) for i, w in enumerate(windows)), "name")
    if report.horizon is None:
        return
    try:
        holiday_dates(energy.tou.holidays, {report.horizon.starts[0].year})
    except TouError as error:
        report.add(f"{place}.tou.holidays", str(error), "a country, with a subdivision if wanted: US, US-TX, DE-BY")
        return
    try:
        tou_price(energy.tou, report.horizon)
    except TouError as error:
        report.add(f"{place}.tou", str(error), "windows that cover every moment of the horizon")


def _bitcoin(report: Report, bitcoin: Bitcoin) -> None:
    place = "bitcoin"
    usd, btc = bitcoin.hashprice_usd_per_ph_day, bitcoin.hashprice_btc_per_ph_day
    network, difficulty = bitcoin.network_hashrate_eh_per_s, bitcoin.difficulty
    derived = [n for n in ("network_hashrate_eh_per_s", "difficulty") if getattr(bitcoin, n) is not None]
    ways = [usd is not None, btc is not None, bool(derived)]
    if sum(ways) != 1:
        report.add(
            place,
            "hashprice is given in no way" if not any(ways) else "hashprice is given in more than one way",
            "one of: hashprice_usd_per_ph_day; hashprice_btc_per_ph_day with btc_price_usd; btc_price_usd and "
            "block_height with network_hashrate_eh_per_s or difficulty",
        )
    if len(derived) == 2:
        report.add(f"{place}.difficulty", "given beside network_hashrate_eh_per_s", "one of the two")
    if (btc is not None or derived) and bitcoin.btc_price_usd is None:
        report.add(f"{place}.btc_price_usd", "missing", "USD per BTC, from which hashprice follows")
    if derived and bitcoin.block_height is None and report.scenario.state.block_height is None:
        report.add(f"{place}.block_height", "missing", "the chain's height at the start, for the subsidy")
    if usd is not None:
        report.series(f"{place}.hashprice_usd_per_ph_day", usd, 0.0, 1e6)
    if btc is not None:
        report.series(f"{place}.hashprice_btc_per_ph_day", btc, 0.0, 1e3)
    if bitcoin.btc_price_usd is not None:
        report.series(f"{place}.btc_price_usd", bitcoin.btc_price_usd, 0.0, 1e9)
    if network is not None:
        report.series(f"{place}.network_hashrate_eh_per_s", network, 0.0, 1e9, above=True)
    if difficulty is not None:
        report.series(f"{place}.difficulty", difficulty, 0.0, 1e18, above=True)
    report.series(f"{place}.fees_btc_per_block", bitcoin.fees_btc_per_block, 0.0, 1e4)
