"""Checks of power made, stored and bought beside the grid's energy price."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report


def check(report: Report) -> None:
    supply = report.scenario.supply
    if supply.energy.export_price_usd_per_mwh is not None:
        place = "supply.energy.export_price_usd_per_mwh"
        report.series(place, supply.energy.export_price_usd_per_mwh, -1e6, 1e6)
    for place, assets in supply.assets.items():
        said = report.scenario.state.of_assets(place)
        for i, asset in enumerate(assets):
            here, name = f"supply.{place}[{i}]", asset.name
            asset.check(report, here)
            asset.check_state(report, here, said.get(name), f"state.{place}.{name}")
        for name in said:
            report.known(f"state.{place}.{name}", name, [asset.name for asset in assets], supply.kinds()[place].word)
    if supply.day_ahead is not None:
        place = "supply.day_ahead"
        report.series(f"{place}.price_usd_per_mwh", supply.day_ahead.price_usd_per_mwh, -1e6, 1e6)
        if supply.day_ahead.position_mw is not None:
            report.series(f"{place}.position_mw", supply.day_ahead.position_mw, 0.0, 1e6)
    if supply.carbon is not None:
        report.series("supply.carbon.intensity_kg_per_mwh", supply.carbon.intensity_kg_per_mwh, 0.0, 1e5)
