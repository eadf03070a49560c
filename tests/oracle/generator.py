"""Small random scenarios, one per seed: few periods, few groups, few GPUs, every rule somewhere.

Which rules the seeds cover is counted in `coverage`.
"""

from __future__ import annotations

import random
from datetime import timedelta

from optimizer.scenario.scenario import Scenario

from .drawn_contracts import ContractDraws
from .draws import Fields

SUBSIDY_ERA_END = 1_050_000.0


class Maker(ContractDraws):
    """Draws one scenario."""

    def scenario(self) -> Scenario:
        rng = self.rng
        self._halls()
        kinds = rng.choices(("both", "fleets", "pools"), (80, 8, 12))[0]
        fleets = self._fleets() if kinds != "pools" else []
        pools = self._pools() if kinds != "fleets" else []
        contracts = self._contracts(pools, alone=kinds == "pools") if pools else []
        time: Fields = {"zone": self.zone, "start": self.start.isoformat(), "resolution_minutes": self.step}
        look_ahead = rng.randint(1, 2) if self.chance(0.35) else 0
        time["committed_periods"] = self.periods - look_ahead
        if look_ahead:
            time["look_ahead_periods"] = look_ahead
        fields: Fields = {
            "schema_version": 1,
            "name": f"seed {self.seed}",
            "time": time,
            "site": self._site(),
            "supply": {"energy": self._energy()},
            "fleets": fleets,
            "pools": pools,
            "contracts": contracts,
        }
        if fleets:
            fields["bitcoin"] = self._bitcoin()
        fields["state"] = self.state
        return Scenario.model_validate(fields)

    def _halls(self) -> None:
        for name in ("hall", "annex")[: 2 if self.chance(0.45) else 1]:
            self.halls.append({"name": name})
            self.top[name] = 0.0

    def _hall(self) -> str:
        return str(self.rng.choice(self.halls)["name"])

    # --- mining

    def _fleets(self) -> list[Fields]:
        several = self.chance(0.2 if self.fractions else 0.45)
        return [self._fleet(f"fleet {k}", several) for k in range(1 + several)]

    def _fleet(self, name: str, several: bool) -> Fields:
        rng = self.rng
        small = several or self.fractions
        groups = rng.choice((1, 1, 2) if small or self.several_pools else (1, 2, 2, 3))
        if several and self.fractions:
            groups = 1
        machines = rng.choice((1, 2, 5))
        full = rng.choice((0.5, 0.8, 1.0))
        modes = self._modes(full, machines, few=small, fewest=self.fractions and (several or groups > 1))
        fleet: Fields = {"name": name, "hall": self._hall(), "units": groups * machines, "groups": groups}
        fleet["modes"] = modes
        self._switching(fleet, full, rng.randint(5, 30))
        if self.chance(0.3):
            fleet["warm_up_hours"] = self.duration(2)
        if self.chance(0.3):
            fleet["starts_per_day"] = rng.randint(1, groups + 1)
        if self.chance(0.3):
            fleet["availability"] = self.series(0.8, 1.0, 0.05) if self.chance(0.5) else 0.9
        if self.chance(0.3):
            fleet["running_cost_usd_per_machine_hour"] = round(rng.uniform(0.5, 6.0) / machines, 3)
        if self.chance(0.3):
            fleet["depreciation_usd_per_machine_hour"] = round(rng.uniform(0.5, 6.0) / machines, 3)
            fleet["depreciation_by_use"] = self.chance(0.8)
        if self.chance(0.45):
            self._fleet_state(fleet)
        self.top[fleet["hall"]] += groups * full
        return fleet

    def _modes(self, full: float, machines: int, few: bool, fewest: bool) -> list[Fields]:
        rng = self.rng
        modes: list[Fields] = []
        watts = full * 1e6 / machines
        if self.chance(0.7):
            modes.append({"name": "off", "power_w": rng.choice((0.0, 0.02e6 / machines))})
        if not fewest and self.chance(0.3 if few else 0.4):
            modes.append({"name": "sleep", "power_w": 0.05e6 / machines})
        hash_full = full * rng.choice((85_000.0, 100_000.0, 110_000.0)) / machines
        modes.append({"name": "full", "power_w": watts, "hashrate_th_per_s": round(hash_full, 3)})
        if not fewest and self.chance(0.5):
            low: Fields = {"name": "low", "power_w": round(watts * 0.6, 3)}
            modes.append({**low, "hashrate_th_per_s": round(hash_full * 0.75, 3)})
        if not few and self.chance(0.15):
            eco: Fields = {"name": "eco", "power_w": round(watts * 0.4, 3)}
            modes.append({**eco, "hashrate_th_per_s": round(hash_full * 0.45, 3)})
        if self.chance(0.45):
            hot = rng.choice([mode for mode in modes if "hashrate_th_per_s" in mode])
            hot["max_ambient_c"] = float(rng.choice((22, 26, 30)))
        return modes

    def _switching(self, item: Fields, unit_mw: float, start_cost: float) -> None:
        """Costs and limits of switching, for a fleet or a pool."""
        if self.chance(0.35):
            item["start_cost_usd"] = round(start_cost * self.hours, 2)
        if self.chance(0.3):
            item["min_up_hours"] = self.duration(3)
        if self.chance(0.3):
            item["min_down_hours"] = self.duration(3)
        if self.chance(0.22):
            item["ramp_mw_per_hour"] = round(unit_mw * self.rng.choice((0.3, 0.6, 1.0, 1.5)) / self.hours, 4)

    def _earlier(self, state: Fields, last_mw: float, step_mw: float) -> None:
        """Powers of periods before the last one; a draw of its own, so that the rest of the seed stays."""
        rng = random.Random(f"{self.seed} {last_mw} {step_mw}")
        lags = sorted(rng.sample((1, 2, 3), rng.randint(0, 2)))
        state["earlier_power"] = [
            {
                "it_power_mw": round(max(0.0, last_mw + rng.choice((-1.0, -0.6, 0.5, 1.0, 2.0)) * step_mw), 4),
                "ago_hours": lag * self.hours,
            }
            for lag in lags
        ]

    def _fleet_state(self, fleet: Fields) -> None:
        rng = self.rng
        names = [mode["name"] for mode in fleet["modes"]]
        if all("hashrate_th_per_s" in mode for mode in fleet["modes"]):
            names.append("off")
        cohorts = []
        for _ in range(fleet["groups"]):
            cohort: Fields = {"mode": rng.choice(names), "groups": 1}
            if self.chance(0.8):
                cohort["hours"] = rng.choice((1, 1, 2, 3, 2.5)) * self.hours
            cohorts.append(cohort)
        state: Fields = {"groups": cohorts}
        if "ramp_mw_per_hour" in fleet:
            watts = {mode["name"]: mode["power_w"] for mode in fleet["modes"]}
            machines = fleet["units"] // fleet["groups"]
            last = sum(machines * watts.get(cohort["mode"], 0.0) / 1e6 for cohort in cohorts)
            self._earlier(state, last, machines * max(watts.values()) / 1e6)
        if "starts_per_day" in fleet and self.chance(0.5):
            state["starts_today"] = rng.randint(0, fleet["starts_per_day"])
        self.state.setdefault("fleets", {})[fleet["name"]] = state

    def _bitcoin(self) -> Fields:
        rng = self.rng
        bitcoin: Fields = {"pool_fee": 0.02} if self.chance(0.4) else {}
        way = rng.choices(("usd", "btc", "network", "difficulty"), (45, 10, 25, 20))[0]
        if way == "usd":
            bitcoin["hashprice_usd_per_ph_day"] = self.series(18, 32, 0.5) if self.chance(0.6) else 25.0
            return bitcoin
        bitcoin["btc_price_usd"] = self.series(90_000, 110_000, 500) if self.chance(0.5) else 100_000.0
        if way == "btc":
            bitcoin["hashprice_btc_per_ph_day"] = 0.00025
            return bitcoin
        network = rng.choice((1500.0, 1700.0, 1900.0))
        if way == "network":
            bitcoin["network_hashrate_eh_per_s"] = network
        else:
            bitcoin["difficulty"] = round(network * 1e18 * 600.0 / 2**32, -6)
        if self.chance(0.5):
            bitcoin["fees_btc_per_block"] = 0.125
        height = SUBSIDY_ERA_END - rng.choice((2.5, 4.0, 6.5)) * self.hours * rng.randint(1, 4)
        if self.chance(0.25):
            height = 900_000.0
        bitcoin["block_height"] = height
        if self.chance(0.2):
            bitcoin["block_height"], self.state["block_height"] = 800_000.0, height
        return bitcoin

    # --- pools and contracts

    def _pools(self) -> list[Fields]:
        several = self.several_pools
        pools = [self._pool(f"pool {k}", small=several) for k in range(1 + several)]
        self.nodes = sum(pool["nodes"] for pool in pools)
        return pools

    def _pool(self, name: str, small: bool) -> Fields:
        rng = self.rng
        if self.fractions:
            nodes, per_node = rng.choice(((1, 2), (1, 3)) if small else ((1, 2), (1, 3), (2, 3)))
        else:
            nodes, per_node = rng.choice(((1, 2), (2, 1), (2, 1)) if small else ((1, 2), (2, 1), (2, 2), (3, 1)))
        idle = rng.choice((0.0, 0.05, 0.1, 0.2))
        gpu = rng.choice((0.1, 0.2, 0.3) if per_node < 3 else (0.1, 0.2))
        peak = idle + gpu * per_node
        pool: Fields = {"name": name, "hall": self._hall(), "nodes": nodes, "gpus_per_node": per_node}
        pool |= {"idle_power_w": round(idle * 1e6, 1), "peak_power_w": round(peak * 1e6, 1)}
        if self.chance(0.3):
            pool["off_power_w"] = 10_000.0
            pool["idle_power_w"] = max(pool["idle_power_w"], 10_000.0)
        if self.fractions and idle == 0.0:
            pool["idle_power_w"] = 30_000.0
        self._switching(pool, peak, rng.randint(2, 15))
        if self.chance(0.25):
            pool["nodes_available"] = [float(rng.choice((nodes, nodes, nodes - 1))) for _ in range(self.periods)]
        if self.chance(0.3):
            pool["running_cost_usd_per_node_hour"] = float(rng.randint(1, 4))
        if self.chance(0.5):
            ons = [rng.random() < 0.6 for _ in range(nodes)]
            cohorts = [
                {"on": on, "nodes": 1, **({"hours": rng.choice((1, 2, 3)) * self.hours} if self.chance(0.7) else {})}
                for on in ons
            ]
            state: Fields = {"nodes": cohorts}
            if "ramp_mw_per_hour" in pool and self.chance(0.5):
                state["it_power_mw"] = round(sum(ons) * peak, 4)
                self._earlier(state, state["it_power_mw"], peak)
            self.state.setdefault("pools", {})[name] = state
        self.top[pool["hall"]] += nodes * peak
        return pool

    def _site(self) -> Fields:
        rng = self.rng
        barred = self.chance(0.8)
        site: Fields = {"ambient_c": self.series(12, 36, 1)} if barred else {"ambient_c": 25.0}
        worst = 0.0
        overheads = 0.0
        for hall in self.halls:
            top = self.top[hall["name"]]
            tight = rng.choice((0.55, 0.7, 0.85, 1.2, 1.2))
            hall["it_limit_mw"] = round(max(0.1, top * tight), 2)
            if self.chance(0.2):
                hall["it_limit_mw"] = [
                    round(max(0.1, top * rng.choice((0.5, 0.8, 1.1))), 2) for _ in range(self.periods)
                ]
            if self.chance(0.35):
                hall["pue"] = {"ambient_c": [10.0, 20.0, 30.0], "pue": [1.05, 1.1, 1.3]}
            elif self.chance(0.5):
                hall["pue"] = self.series(1.05, 1.3, 0.05) if self.chance(0.5) else 1.15
            if self.chance(0.35):
                hall["overhead_mw"] = rng.choice((0.02, 0.05, 0.1))
                hall["overhead_off_with_hall"] = self.chance(0.7)
                overheads += hall["overhead_mw"]
            worst += top * 1.15
        tight = rng.choice((0.5, 0.65, 0.8, 1.5, 1.5))
        site["import_limit_mw"] = round(worst * tight + overheads, 2)
        if self.chance(0.15):
            shares = [rng.choice((0.5, 0.7, 1.0)) for _ in range(self.periods)]
            site["import_limit_mw"] = [round(worst * share + overheads, 2) for share in shares]
        site["halls"] = self.halls
        if self.chance(0.3):
            begin = rng.randint(0, self.periods - 1) + (0.25 if self.chance(0.3) else 0.0)
            order: Fields = {
                "name": "order",
                "start": self.when(begin),
                "end": self.when(begin + rng.choice((0.5, 1, 2))),
            }
            order["import_limit_mw"] = round(worst * rng.choice((0.35, 0.5)) + overheads, 2)
            site["curtailment"] = [order]
        return site

    def _energy(self) -> Fields:
        rng = self.rng
        energy: Fields = {}
        if self.chance(0.3):
            energy["tou"] = self._tou()
        else:
            negative = self.chance(0.4)
            energy["price_usd_per_mwh"] = self.series(-60 if negative else 20, 160, 2.5)
            if negative:
                energy["price_usd_per_mwh"][rng.randrange(self.periods)] = -float(rng.randint(5, 60))
        if self.chance(0.4):
            energy["adders"] = [{"name": "delivery", "usd_per_mwh": float(rng.randint(2, 20))}]
            if self.chance(0.3):
                energy["adders"].append({"name": "retail", "usd_per_mwh": self.series(-5, 10, 1)})
        if self.chance(0.35):
            energy["loss_factor"] = rng.choice((0.02, 0.05))
        return energy

    def _tou(self) -> Fields:
        """Windows around the horizon, with edges inside periods, and one that covers the rest."""
        rng = self.rng
        edge = self.start + timedelta(minutes=5 * rng.randint(0, self.periods * self.step // 5))
        until = edge + timedelta(minutes=5 * rng.randint(3, 24))
        windows: list[Fields] = [
            {
                "name": "peak",
                "price_usd_per_mwh": float(rng.randint(100, 220)),
                "start": edge.time().isoformat(),
                "end": until.time().isoformat(),
                "days": rng.choice((["weekday"], ["weekday", "weekend", "holiday"], ["weekend", "holiday"])),
            },
            {"name": "holiday", "price_usd_per_mwh": float(rng.randint(-20, 60)), "days": ["holiday"]},
            {"name": "summer", "price_usd_per_mwh": float(rng.randint(50, 130)), "months": [6, 7, 8]},
            {"name": "else", "price_usd_per_mwh": float(rng.randint(20, 100))},
        ]
        tou: Fields = {"windows": windows}
        if self.chance(0.7):
            tou["holidays"] = rng.choice(("US", "US-TX", "DE"))
        return tou


def small_scenario(seed: int) -> Scenario:
    """The scenario of a seed; the same one every time."""
    return Maker(seed).scenario()
