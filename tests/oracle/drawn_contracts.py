"""The contracts of a small random scenario, and what came before of each."""

from __future__ import annotations

import random

from .draws import Draws, Fields


class ContractDraws(Draws):
    """Draws contracts."""

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
