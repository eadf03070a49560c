"""Reserve products: what is offered, whether it is there, what it earns and what calls on it cost (section 6).

income = offered × price × Δt − deployment share × Δt × Σ_parts offer × cost of a call [USD/MWh]

No megawatt and no stored energy is offered twice: limits hold over all products together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, number, relative, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.contracts import KINDS
from optimizer.auditor.contracts.served import Served
from optimizer.auditor.cooling import least_pue, most_cooled_mw
from optimizer.auditor.fleets import FleetFindings
from optimizer.auditor.meter import Meter
from optimizer.auditor.onsite.plant import Plant
from optimizer.auditor.power import Load, pue_of
from optimizer.auditor.reserve_parts import Backing, Direction, Part, fleet_parts, gpu_parts
from optimizer.scenario.contracts import Contract
from optimizer.scenario.flexibility import Reserve
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind

KG_PER_TONNE = 1000.0


@dataclass(frozen=True)
class Offer:
    """What a part offers in a product [MW], (periods,)."""

    product: Reserve
    part: Part
    mw: Floats


@dataclass(frozen=True)
class Providers:
    """What reserves are offered of, as the rest of the audit found it."""

    fleets: Sequence[FleetFindings]
    served: Sequence[Served[Contract]]
    plant: Plant
    loads: Sequence[Load]
    """IT power of everything in the halls."""


def audit_reserves(case: Case, providers: Providers, meter: Meter, hashprice: Floats, energy_price: Floats) -> None:
    """Check all reserve products and post their money. `energy_price`: USD/MWh without adders, (periods,)."""
    products = case.scenario.supply.reserves
    if not products:
        return
    halls = case.scenario.site.halls
    pue = {hall.name: least_pue(case, hall) if hall.cooling else pue_of(case, hall) for hall in halls}
    parts = _parts(case, providers, pue, hashprice, _import_usd(case, energy_price))
    offers = [offer for product in products for offer in _offers(case, product, parts)]
    for part in parts:
        _check_capacity(case, part, [offer for offer in offers if offer.part is part])
    _check_ramps(case, offers)
    for name, found in providers.plant.by_name.items():
        for backing in found.backing(case):
            _check_backing(case, name, backing, [offer for offer in offers if offer.part.provider == name])
    for product in products:
        _audit_product(case, product, [offer for offer in offers if offer.product is product])
    _check_connection(case, offers, meter)
    _check_halls(case, offers, providers, pue)


def _import_usd(case: Case, energy_price: Floats) -> Floats:
    """What a MWh of import costs: energy, adders, losses, carbon [USD/MWh], (periods,)."""
    supply = case.scenario.supply
    price = energy_price + 0.0
    for adder in supply.energy.adders:
        price += align(adder.usd_per_mwh, case.horizon)
    price *= 1.0 + supply.energy.loss_factor
    if supply.carbon is not None:
        kg = align(supply.carbon.intensity_kg_per_mwh, case.horizon)
        price += kg / KG_PER_TONNE * supply.carbon.price_usd_per_tonne
    return price


def _parts(
    case: Case, providers: Providers, pue: dict[str, Floats], hashprice: Floats, import_usd: Floats
) -> list[Part]:
    parts: list[Part] = []
    for found in providers.fleets:
        parts += fleet_parts(case, found, pue[found.fleet.hall], hashprice, import_usd)
    for served in providers.served:
        interrupted = KINDS[served.contract.kind].interrupted_usd_per_gpu_hour
        if interrupted is not None:
            parts += gpu_parts(served, pue, interrupted(case, served.contract), import_usd)
    for asset in providers.plant.by_name.values():
        parts += asset.reserve_parts(case)
    return parts


def _offers(case: Case, product: Reserve, parts: Iterable[Part]) -> list[Offer]:
    """The offers that the rows of a product give, none negative."""
    offers = []
    for part in parts:
        if part.provider not in product.providers or product.direction not in {part.direction, "symmetric"}:
            continue
        quantity = f"{part.direction}_mw[{part.label}]"
        mw = case.rows.take(product.name, quantity)
        tolerance = share_of(part.capacity_mw)
        case.book.not_negative("range", product.name, quantity, mw, unit="MW", tolerance=tolerance)
        offers.append(Offer(product, part, mw))
    return offers


def _sum(case: Case, offers: Iterable[Offer], weight: Callable[[Offer], Floats | float] = lambda offer: 1.0) -> Floats:
    """Σ offer × weight, (periods,)."""
    total = np.zeros(case.length)
    for offer in offers:
        total += offer.mw * weight(offer)
    return total


def _going(offers: Iterable[Offer], direction: Direction) -> list[Offer]:
    return [offer for offer in offers if offer.part.direction == direction]


def _slack(offers: Iterable[Offer]) -> float:
    """Tolerance on the sum of the offers of some parts."""
    capacity = {(offer.part.label, offer.part.direction): offer.part.capacity_mw for offer in offers}
    return share_of(sum(capacity.values()))


def _check_capacity(case: Case, part: Part, offers: Sequence[Offer]) -> None:
    """No part offers more than it can, all products together."""
    case.book.at_most(
        "reserve_capacity",
        part.provider,
        f"its {part.direction} reserve of {part.label}",
        _sum(case, offers),
        part.most_mw,
        unit="MW",
        tolerance=share_of(part.capacity_mw),
        limit_name=f"limit ({part.source})",
    )


def _check_ramps(case: Case, offers: Sequence[Offer]) -> None:
    """What has to respond within so many minutes is within the ramp over them."""
    times = {(o.part.ramped, o.part.direction, o.product.response_minutes) for o in offers}
    for item, direction, minutes in sorted(times):
        due = [
            offer
            for offer in _going(offers, direction)
            if offer.part.ramped == item and offer.product.response_minutes <= minutes
        ]
        ramp = due[0].part.ramp_mw_per_hour
        if ramp is None:
            continue
        case.book.at_most(
            "reserve_ramp",
            item,
            f"{direction} reserve that responds within {number(minutes)} minutes",
            _sum(case, due),
            ramp * minutes / 60.0,
            unit="MW",
            tolerance=_slack(due),
            limit_name="ramp over that time",
        )


def _check_backing(case: Case, name: str, backing: Backing, offers: Sequence[Offer]) -> None:
    """The energy behind all offers of a provider, for their products' durations."""
    going = _going(offers, backing.direction)
    longest = max((offer.product.duration_hours for offer in going), default=0.0)
    case.book.at_most(
        "reserve_store",
        name,
        f"energy that its {backing.direction} reserve needs",
        _sum(case, going, lambda offer: offer.product.duration_hours) * backing.efficiency,
        backing.limit_mwh,
        unit="MWh",
        tolerance=backing.slack + _slack(going) * longest,
        limit_name=backing.limit_name,
    )


def _audit_product(case: Case, product: Reserve, offers: Sequence[Offer]) -> None:
    """What a product is offered in all, its block and its most; its money."""
    book, rows, name = case.book, case.rows, product.name
    price = align(product.price_usd_per_mw_h, case.horizon)
    claimed = rows.take(name, "price_usd_per_mw_h")
    book.equal("input", name, "price", claimed, price, unit="USD/MW-h", tolerance=relative(price))
    up, down = _going(offers, "up"), _going(offers, "down")
    slack = max(_slack(up), _slack(down))
    offered = _sum(case, down if product.direction == "down" else up)
    said = rows.take(name, "offered_mw")
    book.equal("reserve_sum", name, "what is offered", said, offered, unit="MW", tolerance=slack)
    if product.direction == "symmetric":
        what = "what is offered down, which has to be as much as up,"
        book.equal("reserve_symmetry", name, what, _sum(case, down), offered, unit="MW", tolerance=slack)
    block = product.min_block_mw
    for t in np.flatnonzero((offered > slack) & (offered < block - slack)).tolist():
        missing = float(block - offered[t])
        message = f"{number(offered[t])} MW are offered, {number(missing)} below the least block of {number(block)}"
        book.add("reserve_block", name, t, message, amount=missing, unit="MW")
    if product.max_mw is not None:
        limit = align(product.max_mw, case.horizon, "min")
        limit_name = "most that is bought"
        book.at_most(
            "reserve_limit", name, "what is offered", offered, limit, unit="MW", tolerance=slack, limit_name=limit_name
        )
    _post(case, product, offers, price, offered)


def _post(case: Case, product: Reserve, offers: Sequence[Offer], price: Floats, offered: Floats) -> None:
    share = align(product.deployment_share, case.horizon)
    called = share * _sum(case, offers, lambda offer: offer.part.called_usd_per_mwh)
    at_capacity = np.zeros(case.length)
    for offer in offers:
        each = np.abs(price) + share * np.abs(offer.part.called_usd_per_mwh)
        at_capacity += offer.part.capacity_mw * each
    case.ledger.post(
        product.name, LedgerKind.RESERVE, (offered * price - called) * case.hours, at_capacity * case.hours
    )


def _check_connection(case: Case, offers: Sequence[Offer], meter: Meter) -> None:
    """All offers together go through the connection: up as less import and more export, down as more import."""
    book = case.book
    tolerance = max(share_of(float(meter.most_mw.max())), _slack(offers))
    room = np.maximum(align(case.scenario.site.export_limit_mw, case.horizon, "min") - meter.export_mw, 0.0)
    book.at_most(
        "reserve_connection",
        "site",
        "up reserve of all products",
        _sum(case, _going(offers, "up")),
        meter.import_mw + room,
        unit="MW",
        tolerance=tolerance,
        limit_name="limit (import and room for export)",
    )
    down = _sum(case, _going(offers, "down"))
    book.at_most(
        "reserve_connection",
        "site",
        "import with all down reserve called",
        np.where(down > tolerance, meter.import_mw + down, 0.0),
        np.maximum(meter.import_limit_mw, 0.0),
        unit="MW",
        tolerance=tolerance,
        limit_name="import limit (orders included)",
    )


def _check_halls(case: Case, offers: Sequence[Offer], providers: Providers, pue: dict[str, Floats]) -> None:
    """A hall can take and cool what its fleets may be called to draw."""
    hall_of = {found.fleet.name: found.fleet.hall for found in providers.fleets}
    for hall in case.scenario.site.halls:
        here = [offer for offer in _going(offers, "down") if hall_of.get(offer.part.provider) == hall.name]
        down = _sum(case, here) / pue[hall.name]
        it_mw = np.zeros(case.length)
        for load in providers.loads:
            if load.hall == hall.name:
                it_mw += load.it_mw
        limit = np.minimum(align(hall.it_limit_mw, case.horizon, "min"), most_cooled_mw(case, hall))
        tolerance = max(share_of(float(limit.max(where=np.isfinite(limit), initial=0.0))), _slack(here))
        case.book.at_most(
            "reserve_connection",
            hall.name,
            "IT power with all down reserve called",
            np.where(down > tolerance, it_mw + down, 0.0),
            limit,
            unit="MW",
            tolerance=tolerance,
            limit_name="IT limit",
        )
