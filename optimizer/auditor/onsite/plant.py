"""All that makes, stores and buys power on site, as the audit found it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.auditor.meter import Flow
from optimizer.auditor.onsite.asset import AssetFindings


@dataclass(frozen=True)
class Plant:
    """What is on site beside the halls."""

    assets: Mapping[str, Mapping[str, AssetFindings]]
    """By the field of the scenario's supply that lists their kind, then by name, in the order of appearance."""

    @property
    def by_name(self) -> dict[str, AssetFindings]:
        """Everything by name, whatever its kind."""
        return {name: found for assets in self.assets.values() for name, found in assets.items()}

    @property
    def made(self) -> list[Flow]:
        """What it gives at the meter."""
        return [found.made for found in self.by_name.values() if found.made is not None]

    @property
    def drawn(self) -> list[Flow]:
        """What it takes at the meter."""
        return [found.drawn for found in self.by_name.values() if found.drawn is not None]
