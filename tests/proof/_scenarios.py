"""Random scenarios over every component: a hypothesis strategy, and the same by seed.

The machines, contracts, state and calendar are those of `tests.oracle.generator`; round them stand here power made,
stored, bought and sold on site, reserves, events, carbon, a tariff with its month so far, cooling modes and overrides.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from pydantic import ValidationError

from optimizer.scenario.scenario import Scenario
from tests.oracle.draws import STARTS, Fields
from tests.oracle.generator import Maker

TARIFF_USD_PER_KW = (0.004, 0.01, 0.03)
"""Of plans of a few hours: a whole month's rate would stop everything."""


@dataclass(frozen=True)
class Wants:
    """What a property asks of the scenarios that it holds for."""

    hourly: bool = False
    """Hourly periods that begin on the hour."""
    plain: bool = False
    """Nothing that ramps, warms up or is metered; only what a split of periods leaves as it is."""
    sells: bool = True
    """Whether energy may be sold again in any form: export, PPAs, day-ahead, reserves, events."""
    fewest: int = 3
    most: int = 8


class Everything(Maker):
    """Draws one scenario."""

    def __init__(self, rng: random.Random, wants: Wants = Wants()) -> None:
        self.seed, self.rng, self.wants = 0, rng, wants
        self.fractions = self.chance(0.25)
        self.step = 60 if wants.hourly else rng.choice((60, 60, 30, 15))
        self.periods = rng.randint(wants.fewest, wants.most)
        self.zone, start = rng.choice(STARTS)
        self.start = datetime.fromisoformat(start)
        if wants.hourly:
            self.start = self.start.replace(minute=0)
        self.hours = self.step / 60.0
        self.halls: list[Fields] = []
        self.top: dict[str, float] = {}
        self.state: Fields = {}
        self.several_pools = self.chance(0.4)
        self.nodes = 0
        self.committed = self.periods - (rng.randint(1, 2) if self.chance(0.35) else 0)

    def chance(self, share: float) -> bool:
        return self.rng.randint(0, 99) >= 100 - round(100 * share)

    def scenario(self) -> Scenario:
        """Raises ValidationError where what was drawn does not hold together."""
        rng = self.rng
        self._halls()
        kinds = rng.choice(("both", "both", "both", "fleets", "pools"))
        fleets = self._fleets() if kinds != "pools" else []
        pools = self._pools() if kinds != "fleets" else []
        contracts = self._contracts(pools, alone=kinds == "pools") if pools else []
        if self.wants.plain:
            self._make_plain(fleets, pools)
        site = self._site()
        supply = self._supply(fleets, contracts)
        time: Fields = {"zone": self.zone, "start": self.start.isoformat(), "resolution_minutes": self.step}
        time["committed_periods"] = self.committed
        if self.committed < self.periods:
            time["look_ahead_periods"] = self.periods - self.committed
        if self.wants.sells and (supply.get("renewables") or supply.get("batteries") or self.chance(0.1)):
            self._export(site, supply)
        if self.chance(0.2):
            self._cool(site)
        fields: Fields = {
            "schema_version": 1,
            "name": "random",
            "time": time,
            "site": site,
            "supply": supply,
            "fleets": fleets,
            "pools": pools,
            "contracts": contracts,
            "overrides": self._overrides(fleets, pools, supply) if self.chance(0.3) else [],
        }
        if fleets:
            fields["bitcoin"] = self._bitcoin()
        fields["state"] = self.state
        return Scenario.model_validate(fields)

    def _make_plain(self, fleets: list[Fields], pools: list[Fields]) -> None:
        for item in (*fleets, *pools):
            item.pop("ramp_mw_per_hour", None)
            item.pop("warm_up_hours", None)
        for pool in self.state.get("pools", {}).values():
            pool.pop("it_power_mw", None)

    # --- supply

    def _supply(self, fleets: list[Fields], contracts: list[Fields]) -> Fields:
        rng = self.rng
        supply: Fields = {"energy": self._energy()}
        if self.chance(0.3):
            supply["renewables"] = [self._renewable(name) for name in ("sun", "wind")[: rng.randint(1, 2)]]
        if self.chance(0.35):
            supply["generators"] = [self._generator()]
        if self.chance(0.3):
            supply["batteries"] = [self._battery()]
        if self.chance(0.5):
            supply["tariff"] = self._tariff(supply)
        sold_to = supply.get("tariff", {}).get("energy")
        if self.wants.sells and not sold_to:
            if self.chance(0.25):
                supply["ppas"] = [self._ppa(f"deal {k}") for k in range(rng.randint(1, 2))]
            if self.chance(0.2):
                ahead: Fields = {"price_usd_per_mwh": self.series(0, 140, 5)}
                if self.chance(0.5):
                    ahead["position_mw"] = self.series(0.0, 2.0, 0.25)
                supply["day_ahead"] = ahead
        if self.chance(0.25):
            supply["carbon"] = self._carbon()
        if self.wants.sells and self.chance(0.4):
            supply["reserves"] = self._reserves(fleets, contracts, supply)
        if self.wants.sells and self.chance(0.3):
            supply["demand_response"] = [self._event()]
        return supply

    def _renewable(self, name: str) -> Fields:
        cost = self.rng.choice((0.0, 0.0, 15.0, 45.0))
        return {
            "name": name,
            "capacity_mw": self.rng.choice((0.4, 1.0, 2.5)),
            "factor": self.series(0.0, 1.0, 0.05),
            "cost_usd_per_mwh": cost,
        }

    def _generator(self) -> Fields:
        rng = self.rng
        capacity = rng.choice((0.5, 1.0, 2.0))
        engine: Fields = {"name": "engine", "capacity_mw": capacity}
        engine["fuel_usd_per_mwh"] = self.series(20, 120, 5) if self.chance(0.5) else 70.0
        engine["min_load_mw"] = round(capacity * rng.choice((0.0, 0.3, 0.6)), 3)
        self._switching(engine, capacity, rng.randint(5, 30))
        if self.wants.plain:
            engine.pop("ramp_mw_per_hour", None)
        if self.chance(0.4):
            state: Fields = {"on": self.chance(0.5), "hours": rng.randint(1, 3) * self.hours}
            if state["on"] and self.chance(0.5):
                state["power_mw"] = round(rng.uniform(engine["min_load_mw"], capacity), 3)
            self.state.setdefault("generators", {})["engine"] = state
        return engine

    def _battery(self) -> Fields:
        rng = self.rng
        size = rng.choice((0.5, 1.0, 3.0))
        cells: Fields = {
            "name": "cells",
            "charge_limit_mw": rng.choice((0.3, 1.0)),
            "discharge_limit_mw": rng.choice((0.4, 1.2)),
            "energy_mwh": size,
            "charge_efficiency": rng.choice((0.9, 0.95, 1.0)),
            "discharge_efficiency": rng.choice((0.85, 0.95, 1.0)),
        }
        if self.chance(0.5):
            cells["wear_usd_per_mwh"] = float(rng.randint(1, 20))
        if self.chance(0.3) and not self.wants.plain:
            cells["self_loss_per_hour"] = 0.02
        if self.chance(0.5):
            cells["start_energy_mwh"] = round(size * rng.choice((0.25, 0.5, 1.0)), 3)
        if self.chance(0.5) or cells.get("self_loss_per_hour"):
            cells["end_energy_mwh"] = round(size * rng.choice((0.0, 0.0, 0.25)), 3)
        if self.chance(0.3):
            self.state["batteries"] = {"cells": {"energy_mwh": round(size * rng.choice((0.2, 0.6)), 3)}}
        return cells

    def _ppa(self, name: str) -> Fields:
        deal: Fields = {"name": name, "kind": self.rng.choice(("block", "as_produced"))}
        deal["quantity_mw"] = self.series(0.0, 2.0, 0.25)
        deal["price_usd_per_mwh"] = float(self.rng.randint(20, 110))
        if self.chance(0.4):
            deal["spread_usd_per_mwh"] = float(self.rng.randint(-5, 10))
        deal["optional"] = self.chance(0.6)
        if deal["optional"] and self.chance(0.3):
            self.state.setdefault("ppas", {})[name] = self.chance(0.5)
        return deal

    def _carbon(self) -> Fields:
        carbon: Fields = {"intensity_kg_per_mwh": self.series(100, 700, 50)}
        if self.chance(0.5):
            carbon["price_usd_per_tonne"] = float(self.rng.randint(5, 90))
        if self.chance(0.4):
            carbon["cap_tonnes"] = round(self.rng.uniform(0.5, 4.0), 2)
            if self.chance(0.4):
                self.state["carbon_tonnes"] = 0.3
        return carbon

    def _reserves(self, fleets: list[Fields], contracts: list[Fields], supply: Fields) -> list[Fields]:
        rng = self.rng
        machines = [fleet["name"] for fleet in fleets] + [b["name"] for b in supply.get("batteries", ())]
        spots = [contract["name"] for contract in contracts if contract["kind"] == "spot"]
        products: list[Fields] = []
        for name in ("ECRS", "reg")[: rng.randint(1, 2)]:
            direction = rng.choice(("up", "down", "symmetric"))
            providers = machines + (spots if direction == "up" else [])
            if not providers:
                continue
            product: Fields = {"name": name, "direction": direction, "providers": providers}
            product["price_usd_per_mw_h"] = self.series(0, 40, 1) if self.chance(0.5) else 12.0
            product["deployment_share"] = rng.choice((0.0, 0.1, 0.3))
            product["response_minutes"] = rng.choice((5.0, 10.0, 30.0))
            product["duration_hours"] = rng.choice((0.5, 1.0, 2.0))
            if self.chance(0.3):
                product["min_block_mw"] = 0.3
            if self.chance(0.4):
                product["max_mw"] = self.series(0.0, 2.0, 0.25)
            products.append(product)
        return products

    def _event(self) -> Fields:
        begin = self.rng.randint(0, self.periods - 1) + (0.5 if self.chance(0.3) else 0.0)
        return {
            "name": "event",
            "start": self.when(begin),
            "end": self.when(begin + self.rng.choice((0.5, 1, 2))),
            "baseline_mw": self.series(0.0, 3.0, 0.25),
            "committed_reduction_mw": self.rng.choice((0.5, 1.0, 2.0)),
            "payment_usd_per_mwh": float(self.rng.randint(0, 120)),
            "penalty_usd_per_mwh": float(self.rng.randint(0, 120)),
        }

    def _export(self, site: Fields, supply: Fields) -> None:
        site["export_limit_mw"] = self.series(0.0, 2.0, 0.5) if self.chance(0.4) else 1.5
        if self.chance(0.6):
            supply["energy"]["export_price_usd_per_mwh"] = self.series(-30, 150, 5)

    # --- the tariff

    def _tariff(self, supply: Fields) -> Fields:
        rng = self.rng
        tariff: Fields = {"name": "sheet"}
        charges = [self._charge(name) for name in ("flat", "peak hours")[: rng.choice((0, 1, 1, 2))]]
        tariff["demand"] = charges
        if self.chance(0.35):
            tariff["coincident"] = [self._coincident()]
        if self.chance(0.3):
            tariff["fixed"] = {"usd_per_month": 12.0, "usd_per_day": 0.5}
        if self.chance(0.2):
            tariff["minimum"] = {"usd_per_month": float(rng.randint(20, 200))}
        energy = self.chance(0.4)
        if energy:
            tariff["energy"] = self._energy_rates()
            for name in ("price_usd_per_mwh", "tou"):
                supply["energy"].pop(name, None)
        if self.chance(0.3):
            lines = rng.sample(("energy", "demand", "coincident", "fixed", "minimum"), rng.randint(1, 3))
            tariff["taxes"] = [{"name": "state tax", "percent": 6.0, "lines": lines}]
        if self.chance(0.6):
            self._months_so_far(charges)
        if charges and self.chance(0.6):
            month = self.when(0)[:7]
            peak = {"charge": charges[0]["name"], "month": month, "peak_mw": rng.choice((0.5, 1.0, 2.0))}
            supply["expected_peaks"] = [peak]
        return tariff

    def _hours_window(self) -> list[Fields]:
        first = datetime.fromisoformat(self.when(self.rng.randint(0, self.periods - 1)))
        last = first.replace(hour=(first.hour + self.rng.randint(1, 6)) % 24)
        return [{"start": first.strftime("%H:%M:00"), "end": last.strftime("%H:%M:00")}]

    def _charge(self, name: str) -> Fields:
        rng = self.rng
        tiers: list[Fields] = [{"rate_usd_per_kw": rng.choice(TARIFF_USD_PER_KW)}]
        if self.chance(0.3):
            tiers = [tiers[0] | {"up_to_kw": float(rng.choice((500, 1200)))}]
            tiers.append({"rate_usd_per_kw": rng.choice(TARIFF_USD_PER_KW)})
        charge: Fields = {"name": name, "tiers": tiers}
        if name != "flat":
            charge["windows"] = self._hours_window()
        if not self.wants.plain and self.chance(0.6):
            ends = datetime.fromisoformat(self.when(self.committed))
            blocks = [m for m in (15, 30, 60) if (ends.hour * 60 + ends.minute) % m == 0]
            if blocks:
                charge["metering_minutes"] = rng.choice(blocks)
        if self.chance(0.5):
            charge["ratchet"] = {"share": rng.choice((0.5, 0.8)), "look_back_months": rng.choice((1, 12))}
        return charge

    def _coincident(self) -> Fields:
        rng = self.rng
        charge: Fields = {"name": "4CP", "rate_usd_per_kw": rng.choice((0.05, 0.5))}
        way = rng.choice(("windows", "peaks", "probability"))
        if way == "windows":
            charge["windows"] = self._hours_window()
        elif way == "peaks":
            begin = rng.randint(0, self.periods - 1)
            charge["peaks"] = [{"start": self.when(begin), "minutes": 60, "weight": 0.4}]
        else:
            charge["probability"] = self.series(0.0, 0.3, 0.05)
        return charge

    def _energy_rates(self) -> list[Fields]:
        rng = self.rng
        steps = [0.0]
        ends: list[float] = []
        if self.chance(0.6):
            ends = [float(rng.choice((500, 1500)))]
            steps.append(rng.choice((-0.02, 0.01, 0.03)))
            if self.chance(0.4):
                ends.append(ends[0] + 800.0)
                steps.append(rng.choice((-0.03, 0.0, 0.05)))
        unit = "up_to_kwh"
        periods: list[Fields] = []
        for name, windows in (("on", self._hours_window()), ("rest", None)):
            rate = rng.randint(2, 15) / 100.0
            tiers: list[Fields] = [{"rate_usd_per_kwh": round(rate + step, 4)} for step in steps]
            for tier, end in zip(tiers, ends, strict=False):
                tier[unit] = end
            periods.append({"name": name, "tiers": tiers} | ({"windows": windows} if windows else {}))
        return periods

    def _months_so_far(self, charges: list[Fields]) -> None:
        rng = self.rng
        now = datetime.fromisoformat(self.when(0))
        month: Fields = {"month": now.strftime("%Y-%m"), "fixed_booked": self.chance(0.5)}
        month["import_mwh"] = rng.choice((0.0, 0.8, 3.0))
        month["energy_usd"] = rng.choice((0.0, 45.0))
        month["peaks_mw"] = {charge["name"]: rng.choice((0.0, 0.6, 1.5)) for charge in charges}
        months = [month]
        before = now.replace(day=1, hour=12).timestamp() - 3 * 86_400
        earlier = datetime.fromtimestamp(before, ZoneInfo(self.zone)).strftime("%Y-%m")
        seen = {charge["name"]: rng.choice((0.5, 2.0)) for charge in charges if "ratchet" in charge}
        if seen:
            months.append({"month": earlier, "look_back_mw": seen})
        self.state["tariff"] = {"months": months}

    # --- site and overrides

    def _cool(self, site: Fields) -> None:
        hall = self.rng.choice(site["halls"])
        hall.pop("pue", None)
        hall["cooling"] = [
            {"name": "air", "power_share": 0.05, "max_ambient_c": float(self.rng.choice((18, 24)))},
            {"name": "wet", "power_share": 0.12, "it_limit_mw": self.rng.choice((0.5, 1.2))},
            {"name": "chiller", "power_share": 0.3},
        ][self.rng.randint(0, 1) :]

    def _overrides(self, fleets: list[Fields], pools: list[Fields], supply: Fields) -> list[Fields]:
        rng = self.rng
        ways: list[Fields] = []
        for fleet in fleets:
            ways += [{"item": fleet["name"], "hold": "off"}, {"item": fleet["name"], "hold": "on"}]
        for pool in pools:
            ways += [{"item": pool["name"], "hold": "off"}, {"item": pool["name"], "hold": "on"}]
        for engine in supply.get("generators", ()):
            ways += [{"item": "engine", "hold": "off"}, {"item": "engine", "power_mw": engine["capacity_mw"]}]
        for cells in supply.get("batteries", ()):
            ways += [{"item": "cells", "hold": "off"}, {"item": "cells", "power_mw": cells["charge_limit_mw"] / 4}]
        for plant in supply.get("renewables", ()):
            ways += [{"item": plant["name"], "hold": "off"}]
        begin = rng.randint(0, self.periods - 1)
        window = {"start": self.when(begin), "end": self.when(begin + rng.choice((0.5, 1, 2)))}
        return [rng.choice(ways) | window]


@st.composite
def scenarios(draw: st.DrawFn, wants: Wants = Wants()) -> Scenario | None:
    """Scenarios over every component; None where what was drawn does not hold together."""
    rng = draw(st.randoms(use_true_random=False, note_method_calls=False))
    try:
        return Everything(rng, wants).scenario()
    except ValidationError:
        return None


def scenario_of(seed: int, wants: Wants = Wants()) -> Scenario | None:
    """The scenario of a seed, the same one every time; None where what was drawn does not hold together."""
    try:
        return Everything(random.Random(15_485_863 * seed + 11), wants).scenario()
    except ValidationError:
        return None
