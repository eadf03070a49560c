"""What makes, stores or buys power on site in the model: one kind a file, and one line in `KINDS`.

| asked of the block | by |
|---|---|
| `power_mw` | the meter's balance |
| `curtailable`, `tidy`, and `Store` of what stores | reading a solution back in the form that the rules define |
| `override` | what is held by hand, of a kind that says how (`Asset.ways_held`) |
| `reserve_parts` | reserve products, of a kind that offers them |
| `state` | the next plan, of a kind that the state has a field for |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from optimizer.model.desk import Model, PeriodSum
from optimizer.model.onsite.asset import AssetBlock, Store
from optimizer.model.onsite.battery import BatteryBlock
from optimizer.model.onsite.generator import GeneratorBlock
from optimizer.model.onsite.ppa import PpaBlock
from optimizer.model.onsite.renewable import RenewableBlock

KINDS: dict[str, Callable[[Model, Any, Any], AssetBlock]] = {
    "renewables": RenewableBlock,
    "generators": GeneratorBlock,
    "batteries": BatteryBlock,
    "ppas": PpaBlock,
}
"""By the field of `Supply` that lists a kind: its block, called with (model, terms, state at the start)."""

Assets = Mapping[str, Mapping[str, AssetBlock]]
"""Blocks by the field that lists their kind, then by name, in the order of appearance."""


def add_assets(model: Model) -> Assets:
    """Write everything on site."""
    supply, state = model.scenario.supply, model.scenario.state
    return {
        place: {
            terms.name: KINDS[place](model, terms, terms.begun(state.of_assets(place).get(terms.name)))
            for terms in assets
        }
        for place, assets in supply.assets.items()
    }


def by_name(assets: Assets) -> dict[str, AssetBlock]:
    """All blocks by name, whatever their kind."""
    return {name: block for blocks in assets.values() for name, block in blocks.items()}


def powers_mw(blocks: Iterable[AssetBlock]) -> list[PeriodSum]:
    """Power at the meter of those that have any, given above 0: first of what stores, then of what makes."""
    stores_first = sorted(blocks, key=lambda block: not isinstance(block, Store))
    return [block.power_mw for block in stores_first if block.power_mw is not None]
