"""Checks of power made, stored and bought beside the grid's energy price."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report


def check(report: Report) -> None:
    supply = report.scenario.supply
    if supply.energy.export_price_usd_per_mwh is not None:
        place = "supply.energy.export_price_usd_per_mwh"
        report.series(place, supply.energy.export_price_usd_per_mwh, -1e6, 1e6)
    for i, renewable in enumerate(supply.renewables):
        report.series(f"supply.renewables[{i}].factor", renewable.factor, 0.0, 1.0)
    for i, generator in enumerate(supply.generators):
        place = f"supply.generators[{i}]"
        report.series(f"{place}.fuel_usd_per_mwh", generator.fuel_usd_per_mwh, -1e6, 1e6)
        if generator.min_load_mw > generator.capacity_mw:
            allowed = f"at most capacity_mw, {generator.capacity_mw:g}"
            report.add(f"{place}.min_load_mw", f"{generator.min_load_mw:g}", allowed)
    _batteries(report)
    for i, ppa in enumerate(supply.ppas):
        place = f"supply.ppas[{i}]"
        report.series(f"{place}.quantity_mw", ppa.quantity_mw, 0.0, 1e6)
        report.series(f"{place}.price_usd_per_mwh", ppa.price_usd_per_mwh, -1e6, 1e6)
        report.series(f"{place}.spread_usd_per_mwh", ppa.spread_usd_per_mwh, -1e6, 1e6)
    if supply.day_ahead is not None:
        place = "supply.day_ahead"
        report.series(f"{place}.price_usd_per_mwh", supply.day_ahead.price_usd_per_mwh, -1e6, 1e6)
        if supply.day_ahead.position_mw is not None:
            report.series(f"{place}.position_mw", supply.day_ahead.position_mw, 0.0, 1e6)
    if supply.carbon is not None:
        report.series("supply.carbon.intensity_kg_per_mwh", supply.carbon.intensity_kg_per_mwh, 0.0, 1e5)
    _state(report)


def _batteries(report: Report) -> None:
    state = report.scenario.state.batteries
    for i, battery in enumerate(report.scenario.supply.batteries):
        place = f"supply.batteries[{i}]"
        held = state[battery.name].energy_mwh if battery.name in state else battery.start_energy_mwh
        where = f"state.batteries.{battery.name}.energy_mwh" if battery.name in state else f"{place}.start_energy_mwh"
        if held > battery.energy_mwh:
            report.add(where, f"{held:g}", f"at most energy_mwh, {battery.energy_mwh:g}")
        if battery.end_energy_mwh is not None and battery.end_energy_mwh > battery.energy_mwh:
            allowed = f"at most energy_mwh, {battery.energy_mwh:g}"
            report.add(f"{place}.end_energy_mwh", f"{battery.end_energy_mwh:g}", allowed)


def _state(report: Report) -> None:
    supply, state = report.scenario.supply, report.scenario.state
    for part, things in (
        ("generators", supply.generators),
        ("batteries", supply.batteries),
        ("ppas", supply.ppas),
    ):
        names = [thing.name for thing in things]
        for name in getattr(state, part):
            report.known(f"state.{part}.{name}", name, names, part.removesuffix("s"))
    for i, ppa in enumerate(supply.ppas):
        if state.ppas.get(ppa.name) is False and not ppa.optional:
            report.add(f"state.ppas.{ppa.name}", "false", f"true: supply.ppas[{i}] is not optional")
