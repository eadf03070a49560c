"""Reserve products (domain section 6): capacity kept ready, paid for, and called now and then.

| symbol | meaning |
|---|---|
| o(p,k,t) | offer of part k in product p, up or down [MW at the meter]; parts: `model.flexibility.provider` |
| O(p,t) | what the product sells: all its up offers (down: all its down offers; symmetric: both, equally much) |
| y(p,t) | 1 where the product is offered, binary; only with a least block |
| π, σ | price per MW and hour, share of the offered energy that is called |

    Σ_p o(p,k,t) ≤ room of k                              no megawatt in two products
    Σ_p o(p,k,t) × duration(p) ≤ energy behind k          at the start and at the end of the period
    Σ_k Σ_{p: response ≤ ρ} o(p,k,t) ≤ ramp × ρ           for every response time ρ, per fleet or pool and way
    all up offers   ≤ import + export limit − export
    all down offers ≤ import limit − import;  in a hall: / PUE ≤ IT limit (what is cooled included) − IT
    least block × y ≤ O(p,t) ≤ most × y
    + π × Δt × O(p,t) − σ × Δt × Σ_k o(p,k,t) × (what a MWh called costs)

Nothing else of the plan follows from an offer: no offer at all is always possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.model.contracts.block import ContractBlock
from optimizer.model.desk import Model, PeriodSum
from optimizer.model.flexibility.provider import Part, Provider, Way, fleet_parts, gpu_parts
from optimizer.model.machines.fleet import FleetBlock
from optimizer.model.machines.pool import PoolBlock
from optimizer.model.site.cooling import cooled_mw
from optimizer.model.site.hall import pue_of
from optimizer.model.site.meter import GridBlock
from optimizer.model.supply.energy import import_cost
from optimizer.scenario.flexibility import Reserve
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind
from solvers.builder import FloatLike, Index
from solvers.problem import Floats

WAYS: Mapping[str, tuple[Way, ...]] = {"up": ("up",), "down": ("down",), "symmetric": ("up", "down")}
LEAST_SHARE = 1e-5
"""An offer that falls short of its product's least block by more than this share is withdrawn."""


@dataclass(frozen=True, eq=False)
class _Offer:
    """A part's offers in one product: columns (periods,)."""

    terms: Reserve
    part: Part
    columns: Index


@dataclass(frozen=True, eq=False)
class _Room:
    """Offers that share a limit: Σ weight × offer ≤ limit."""

    columns: Index
    """(offers, periods)."""
    weights: Floats
    """(offers, periods)."""
    limit: PeriodSum
    owner: str
    """Whose limit it is."""
    symbol: str
    part: str = ""

    def write(self, model: Model) -> None:
        used = model.sum()
        used.add(self.columns, self.weights)
        used.add_sum(self.limit, -1.0)
        model.limit(used, -np.inf, 0.0, owner=self.owner, symbol=self.symbol, part=self.part)

    def clip(self, x: Floats) -> None:
        """All offers by the share that there is room for."""
        used = (self.weights * x[self.columns]).sum(axis=0)
        room = np.maximum(self.limit.value(x), 0.0)
        x[self.columns] *= np.divide(room, used, out=np.ones_like(used), where=used > room)


class ReserveBlock:
    """All reserve products: they share what the parts can give."""

    def __init__(
        self,
        model: Model,
        fleets: Mapping[str, FleetBlock],
        pools: Mapping[str, PoolBlock],
        contracts: Mapping[str, ContractBlock],
        on_site: Mapping[str, Provider],
        grid: GridBlock,
    ) -> None:
        self._model, self._products = model, model.scenario.supply.reserves
        self._parts = _parts(model.scenario, fleets, pools, contracts, on_site)
        self._offers = [offer for terms in self._products for offer in self._offered(terms)]
        self._rooms: list[_Room] = []
        self._of_parts()
        self._of_movers()
        self._of_site(grid)
        for terms in self._products:
            self._product(terms)

    def _offered(self, terms: Reserve) -> list[_Offer]:
        """The columns of one product."""
        most = self._most(terms)
        return [
            _Offer(terms, part, self._offer(terms, part, np.minimum(part.most_mw, most)))
            for way in WAYS[terms.direction]
            for part in self._parts
            if part.way == way and part.provider in terms.providers
        ]

    def _offer(self, terms: Reserve, part: Part, most_mw: Floats) -> Index:
        model = self._model
        return model.builder.columns(
            model.periods,
            0.0,
            most_mw,
            owner=terms.name,
            symbol="o",
            part=f"{part.way}:{part.label}",
            period=model.every_period,
        )

    def _most(self, terms: Reserve) -> Floats:
        if terms.max_mw is None:
            return np.full(self._model.periods, np.inf)
        return align(terms.max_mw, self._model.horizon, "min")

    def _share(
        self,
        offers: Iterable[_Offer],
        limit: PeriodSum,
        owner: str,
        symbol: str,
        part: str = "",
        weight: FloatLike = 1.0,
    ) -> None:
        """One limit on several offers, called so; `weight`: one for all, by period, or by offer and period."""
        columns = [offer.columns for offer in offers]
        if columns:
            together = np.stack(columns)
            room = _Room(together, np.broadcast_to(weight, together.shape), limit, owner, symbol, part)
            room.write(self._model)
            self._rooms.append(room)

    def _of_parts(self) -> None:
        """What each part can give, and the energy behind it."""
        for part in self._parts:
            mine = [offer for offer in self._offers if offer.part is part]
            called = f"{part.way}:{part.label}"
            self._share(mine, part.room_mw, part.provider, "reserve room", called)
            for energy in part.backing_mwh:
                hours = np.array([[offer.terms.duration_hours] for offer in mine])
                self._share(mine, energy, part.provider, "reserve energy", called, hours)

    def _of_movers(self) -> None:
        """Ramps of fleets and pools, within each response time."""
        for mover, way in {(part.mover, part.way): None for part in self._parts if part.ramp_mw_per_hour is not None}:
            mine = [offer for offer in self._offers if (offer.part.mover, offer.part.way) == (mover, way)]
            for minutes in sorted({offer.terms.response_minutes for offer in mine}):
                within = [offer for offer in mine if offer.terms.response_minutes <= minutes]
                ramp = within[0].part.ramp_mw_per_hour
                if ramp is not None:
                    self._share(
                        within, self._constant(ramp * minutes / 60.0), mover, "reserve ramp", f"{way}:{minutes:g}_min"
                    )

    def _of_site(self, grid: GridBlock) -> None:
        """What import can fall and rise by, and IT power in halls."""
        model, site = self._model, self._model.scenario.site
        ups = [offer for offer in self._offers if offer.part.way == "up"]
        self._share(ups, grid.fall_room_mw, "site", "reserves", "up")
        downs = [offer for offer in self._offers if offer.part.way == "down"]
        self._share(downs, grid.rise_room_mw, "site", "reserves", "down")
        for hall in site.halls:
            limit = align(hall.it_limit_mw, model.horizon, "min")
            room = self._constant(np.minimum(limit, cooled_mw(hall, site.ambient_c, model.horizon)))
            room.add_sum(model.it_mw(hall.name), -1.0)
            weight = 1.0 / pue_of(hall, site.ambient_c, model.horizon)
            inside = [offer for offer in downs if offer.part.hall == hall.name]
            self._share(inside, room, hall.name, "reserves", "down", weight)

    def _product(self, terms: Reserve) -> None:
        """Limits, dollars and report of one product."""
        model, hours = self._model, self._model.horizon.hours
        mine = self._of(terms)
        sold = self._sold(terms)
        most = self._most(terms)
        if terms.max_mw is not None:
            one_way = [offer for offer in mine if offer.part.way == WAYS[terms.direction][0]]
            self._share(one_way, self._constant(most), terms.name, "most")
        if terms.direction == "symmetric":
            apart = model.sum()
            for offer in mine:
                apart.add(offer.columns, 1.0 if offer.part.way == "up" else -1.0)
            model.limit(apart, 0.0, 0.0, owner=terms.name, symbol="both ways")
        if terms.min_block_mw:
            self._least_block(terms, sold, most)
        price = align(terms.price_usd_per_mw_h, model.horizon)
        called = align(terms.deployment_share, model.horizon)
        model.earn_sum(terms.name, LedgerKind.RESERVE, sold, price * hours)
        model.show(terms.name, "offered_mw", sold)
        model.show(terms.name, "price_usd_per_mw_h", price)
        for offer in mine:
            model.earn(terms.name, LedgerKind.RESERVE, offer.columns, -called * hours * offer.part.called_usd_per_mwh)
            shown = model.sum()
            shown.add(offer.columns, 1.0)
            limit = np.minimum(offer.part.most_mw, most)
            model.set_point(terms.name, f"{offer.part.way}_mw[{offer.part.label}]", shown, limit)

    def _least_block(self, terms: Reserve, sold: PeriodSum, most_mw: Floats) -> None:
        """Offered at least the block, or not at all."""
        model = self._model
        given = np.stack([o.part.most_mw for o in self._of(terms) if o.part.way == WAYS[terms.direction][0]])
        most = np.minimum(given.sum(axis=0), most_mw)
        offered = model.builder.columns(
            model.periods, 0.0, 1.0, integer=True, owner=terms.name, symbol="y", period=model.every_period
        )
        for symbol, bound, lower, upper in (
            ("block most", most, -np.inf, 0.0),
            ("block least", terms.min_block_mw, 0.0, np.inf),
        ):
            amount = model.sum()
            amount.add_sum(sold)
            amount.add(offered, -bound)
            model.limit(amount, lower, upper, owner=terms.name, symbol=symbol)

    def _of(self, terms: Reserve) -> list[_Offer]:
        return [offer for offer in self._offers if offer.terms is terms]

    def _sold(self, terms: Reserve) -> PeriodSum:
        """What is paid for: one way of a symmetric product."""
        sold = self._model.sum()
        for offer in self._of(terms):
            if offer.part.way == WAYS[terms.direction][0]:
                sold.add(offer.columns, 1.0)
        return sold

    def _constant(self, values: Floats) -> PeriodSum:
        amount = self._model.sum()
        amount.add_constant(values)
        return amount

    def tidy(self, x: Floats) -> None:
        """Offers within what there is room for once everything else is tidied; both ways of a symmetric product
        equally much; whole blocks or nothing."""
        for offer in self._offers:
            x[offer.columns] = np.maximum(x[offer.columns], 0.0)
        for room in self._rooms:
            room.clip(x)
        for terms in self._products:
            if terms.direction == "symmetric":
                ways = [[o.columns for o in self._of(terms) if o.part.way == way] for way in WAYS["symmetric"]]
                sums = [x[np.stack(columns)].sum(axis=0) for columns in ways]
                least = np.minimum(*sums)
                for columns, total in zip(ways, sums, strict=True):
                    x[np.stack(columns)] *= np.divide(least, total, out=np.zeros_like(total), where=total > 0.0)
            short = self._sold(terms).value(x) < terms.min_block_mw * (1.0 - LEAST_SHARE)
            for offer in self._of(terms):
                x[offer.columns[short]] = 0.0


def _parts(
    scenario: Scenario,
    fleets: Mapping[str, FleetBlock],
    pools: Mapping[str, PoolBlock],
    contracts: Mapping[str, ContractBlock],
    on_site: Mapping[str, Provider],
) -> Sequence[Part]:
    """The parts of all providers that some product names."""
    named = {name for terms in scenario.supply.reserves for name in terms.providers}
    cost = import_cost(scenario)
    site, horizon = scenario.site, scenario.horizon
    pue = {hall.name: pue_of(hall, site.ambient_c, horizon) for hall in site.halls}
    parts: list[Part] = []
    for fleet in scenario.fleets:
        if fleet.name in named:
            parts += fleet_parts(fleets[fleet.name], fleet, pue[fleet.hall], cost)
    for name, block in contracts.items():
        usd_per_gpu_hour = block.interrupted_usd_per_gpu_hour
        if name in named and usd_per_gpu_hour is not None:
            parts += gpu_parts(block.service, pue, usd_per_gpu_hour, cost)
    for name, asset in on_site.items():
        if name in named:
            parts += asset.reserve_parts()
    return parts
