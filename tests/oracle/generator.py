"""Small random scenarios, one per seed: few periods, few groups, few GPUs, every rule somewhere.

Which rules the seeds cover is counted in `coverage`.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from optimizer.scenario.scenario import Scenario

Fields = dict[str, Any]
SUBSIDY_ERA_END = 1_050_000.0
STARTS = (
    # zone, local start, what is about it
    ("America/Chicago", "2025-07-03T22:00:00"),  # a holiday begins inside
    ("America/Chicago", "2025-07-04T06:00:00"),  # a holiday
    ("America/Chicago", "2025-03-09T00:00:00"),  # the clock skips an hour
    ("America/Chicago", "2025-11-02T00:00:00"),  # the clock repeats an hour
    ("America/Chicago", "2025-01-31T22:00:00"),  # a month begins inside
    ("Europe/Berlin", "2025-05-31T22:30:00"),
    ("Europe/Berlin", "2025-02-17T07:00:00"),
    ("Europe/Berlin", "2025-06-13T22:00:00"),  # Friday to Saturday
    ("UTC", "2025-02-14T12:00:00"),
    ("UTC", "2025-04-30T23:00:00"),
)


class Maker:
    """Draws one scenario."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(7919 * seed + 13)
        self.fractions = seed % 4 == 3
        self.step = self.rng.choice((60, 60, 30, 15))
        self.periods = 4 if self.fractions else self.rng.choice((4, 4, 5, 6))
        self.zone, start = self.rng.choice(STARTS)
        self.start = datetime.fromisoformat(start)
        self.hours = self.step / 60.0
        self.halls: list[Fields] = []
        self.top: dict[str, float] = {}
        """MW that the items of a hall could draw together."""
        self.state: Fields = {}
        self.several_pools = self.periods <= 5 and self.chance(0.25 if self.fractions else 0.42)
        self.nodes = 0

    # --- draws

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def series(self, low: float, high: float, grid: float) -> list[float]:
        """One value per period, on a grid."""
        return [round(self.rng.randint(round(low / grid), round(high / grid)) * grid, 6) for _ in range(self.periods)]

    def duration(self, most: int) -> float:
        """Hours of one to `most` periods, sometimes not whole."""
        return max(0.25, self.rng.randint(1, most) - (0.5 if self.chance(0.2) else 0.0)) * self.hours

    def when(self, period: float) -> str:
        """Local time of a point of the horizon, with its offset."""
        first = self.start.replace(tzinfo=ZoneInfo(self.zone)).timestamp()
        moment = datetime.fromtimestamp(first + period * self.hours * 3600.0, ZoneInfo(self.zone))
        return moment.isoformat()

    # --- the scenario

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

    def _contracts(self, pools: list[Fields], alone: bool) -> list[Fields]:
        rng = self.rng
        several = alone or self.chance(0.72)
        kinds = rng.sample(("reserved", "batch", "batch", "spot", "reserved"), 2 if several else 1)
        if self.fractions and kinds == ["batch", "batch"]:
            kinds = ["batch", "spot"]
        most = sum(pool["nodes"] * pool["gpus_per_node"] for pool in pools)
        return [self._contract(f"{kind} {k}", kind, pools, most) for k, kind in enumerate(kinds)]

    def _contract(self, name: str, kind: str, pools: list[Fields], most: int) -> Fields:
        rng = self.rng
        contract: Fields = {"kind": kind, "name": name}
        # At most one contract is spread over several pools, so that assignments stay few.
        served = pools if name.endswith("0") and self.chance(0.75) else [rng.choice(pools)]
        contract["pools"] = [pool["name"] for pool in served]
        if not self.fractions:
            same = len({pool["gpus_per_node"] for pool in served}) == 1
            contract["gpu_unit"] = "node" if same and self.chance(0.35) else "gpu"
        if self.chance(0.4):
            contract["utilisation"] = rng.choice((0.5, 0.8, 0.9))
        if self.chance(0.65 if kind == "spot" else 0.5):
            contract["optional"] = True
        unit = served[0]["gpus_per_node"] if contract.get("gpu_unit") == "node" else 1
        most = sum(pool["nodes"] * pool["gpus_per_node"] for pool in served)
        if kind == "spot":
            contract["demand_gpus"] = [float(rng.randint(0, most)) for _ in range(self.periods)]
            if self.fractions:
                contract["demand_gpus"] = self.series(0.0, most, 0.25)
            contract["price_usd_per_gpu_hour"] = self.series(8, 45, 0.5)
        elif kind == "reserved":
            self._reserved(contract, most)
        else:
            largest = max(pool["nodes"] * pool["gpus_per_node"] for pool in served)
            self._batch(contract, most, largest, unit)
        return contract

    def _reserved(self, contract: Fields, most: int) -> None:
        rng = self.rng
        gpus = float(rng.randint(1, most))
        contract["committed_gpus"] = gpus if self.chance(0.5) else self.series(1, most, 1)
        contract["price_usd_per_gpu_hour"] = float(rng.randint(15, 60))
        contract["take_or_pay"] = self.chance(0.4)
        if self.chance(0.45):
            contract["shortfall_usd_per_gpu_hour"] = float(rng.randint(3, 40))
        tiers = rng.choice((0, 0, 1, 2, 2, 3))
        if tiers:
            below = sorted(rng.sample((0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0), tiers), reverse=True)
            share = sorted(rng.sample((0.1, 0.2, 0.3, 0.5, 0.8), tiers))
            contract["tiers"] = [{"below": b, "credit_share": c} for b, c in zip(below, share, strict=True)]
        state: Fields = {"kind": "reserved"}
        if contract.get("optional") and self.chance(0.45):
            state["accepted"] = self.chance(0.7)
        starts = self._billing(contract, gpus)
        decided = not contract.get("optional") or "accepted" in state
        if decided and self.chance(0.85):
            history = round(gpus * self.hours * rng.randint(1, 4), 4)
            record: Fields = {"start": starts[0], "committed_gpu_hours": history}
            record["delivered_gpu_hours"] = round(history * rng.choice((0.5, 0.75, 1.0, 1.0)), 4)
            if tiers and self.chance(0.6):
                record["credit_booked_usd"] = float(rng.randint(5, 40))
            state["billing"] = [record]
        if self.chance(0.35):
            contract["availability_floor"] = rng.choice((0.2, 0.3, 0.5))
        if len(state) > 1:
            self.state.setdefault("contracts", {})[contract["name"]] = state

    def _billing(self, contract: Fields, gpus: float) -> list[str]:
        """Billing periods of a contract (or none: months); the start of each."""
        rng = self.rng
        if self.chance(0.3):
            return [self.start.replace(day=1, hour=0, minute=0).isoformat()]
        rest = round(gpus * self.hours * rng.randint(0, 3), 4)
        last: Fields = {"end": self.when(self.periods + 5), "rest_committed_gpu_hours": rest}
        if self.chance(0.4):
            last["rest_delivered_gpu_hours"] = round(rest * rng.choice((0.5, 0.9)), 4)
        first = self.when(-6)
        if self.chance(0.35):
            middle = self.when(rng.randint(1, self.periods - 1))
            contract["billing_periods"] = [{"start": first, "end": middle}, {"start": middle, **last}]
        else:
            contract["billing_periods"] = [{"start": first, **last}]
        return [first]

    def _batch(self, contract: Fields, most: int, largest: int, unit: int) -> None:
        rng = self.rng
        release = rng.choice((0, 0, 0, 1)) - (0.5 if self.chance(0.1) else 0.0)
        preemptible = self.chance(0.7)
        top = rng.randint(1, (most if preemptible else largest) // unit) * unit
        behind = self.chance(0.42)
        hard = self.periods + rng.randint(1, 2) if behind else rng.randint(self.periods - 1, self.periods)
        contract |= {"max_gpus": float(top), "preemptible": preemptible}
        contract["release"] = self.when(release)
        length = rng.randint(1, 3) if not preemptible else rng.randint(1, self.periods - 1)
        work = top * max(1, length) - (0.5 if self.chance(0.4) else 0.0)
        if behind and self.chance(0.5):
            work += top * 2
        owed = round(work * self.hours, 6)
        if self.chance(0.4):
            contract["deadline"] = self.when(max(2, hard - rng.randint(1, 3)) - (0.5 if self.chance(0.2) else 0.0))
            contract["hard_end"] = self.when(hard)
            contract["lateness_usd_per_hour"] = float(rng.randint(5, 60))
        else:
            contract["deadline"] = self.when(hard - (0.5 if not behind and self.chance(0.1) else 0.0))
        contract["price_usd_per_gpu_hour"] = float(rng.randint(0, 45)) if self.chance(0.8) else 0.0
        if self.chance(0.5) or not contract["price_usd_per_gpu_hour"]:
            contract["completion_usd"] = round(rng.randint(15, 60) * owed, 2)
        if self.chance(0.6):
            contract["penalty_usd_per_gpu_hour"] = float(rng.randint(5, 80))
        contract["all_or_nothing"] = self.chance(0.35)
        patterns_few = not self.fractions or self.nodes == 1
        if preemptible and patterns_few and self.chance(0.65):
            contract["min_gpus"] = float(rng.randint(1, top // unit) * unit)
            if self.chance(0.7):
                contract["restart_gpu_hours"] = round(self.hours * rng.choice((0.5, 1.0)), 4)
        self._batch_state(contract, owed, top)

    def _batch_state(self, contract: Fields, owed: float, top: int) -> None:
        """History: `owed` is what is left of the job."""
        rng = self.rng
        contract["gpu_hours"] = owed
        state: Fields = {"kind": "batch"}
        if contract.get("optional") and self.chance(0.2):
            state["accepted"] = self.chance(0.7)
        elif self.chance(0.4) and not (contract["preemptible"] is False and self.chance(0.5)):
            contract["optional"] = False
            done = round(top * self.hours * rng.randint(1, 2), 6)
            contract["gpu_hours"] = round(owed + done, 6)
            contract["release"] = self.when(-3)
            state |= {"done_gpu_hours": done, "started": True, "running": self.chance(0.5)}
            if not contract["preemptible"]:
                contract["all_or_nothing"] = False
                contract["deadline"] = self.when(self.periods + 3)
                contract.pop("hard_end", None)
                contract.pop("lateness_usd_per_hour", None)
                state |= {"running": True, "pool": rng.choice(contract["pools"])}
            if contract.get("restart_gpu_hours") and self.chance(0.3):
                state["restart_gpu_hours_owed"] = contract["restart_gpu_hours"]
            if "completion_usd" in contract and self.chance(0.5):
                state["completion_accrued_usd"] = round(contract["completion_usd"] * 0.25, 2)
            self._given_up(contract, state)
        if len(state) > 1:
            self.state.setdefault("contracts", {})[contract["name"]] = state

    def _given_up(self, contract: Fields, state: Fields) -> None:
        """Some jobs have given work up before, a few of them all that was left; drawn beside the other draws."""
        rng = random.Random(104_729 * self.seed + len(contract["name"]))
        if rng.random() < 0.3:
            missed = round(rng.randint(1, 3) * self.hours, 6)
            if contract["preemptible"] and rng.random() < 0.4:
                contract["gpu_hours"] = state["done_gpu_hours"]
            contract["gpu_hours"] = round(contract["gpu_hours"] + missed, 6)
            state["missed_gpu_hours"] = missed

    # --- site and supply

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
