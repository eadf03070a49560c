"""The facility: its connection, its halls and the orders that cap it (domain section 5)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag
from pydantic.types import Strict

from optimizer.scenario.base import Flag, LocalTime, Model, Name, Number, Power
from optimizer.scenario.quantity import Quantity, Sign
from optimizer.scenario.series import Series


class PueTable(Model):
    """PUE over ambient dry-bulb temperature: linear between the points, clamped at the ends."""

    ambient_c: Annotated[tuple[Number, ...], Field(fail_fast=True, min_length=1, max_length=100)]
    """Temperatures [°C], rising."""
    pue: Annotated[
        tuple[Annotated[float, Strict(), Field(ge=1, le=10)], ...], Field(fail_fast=True, min_length=1, max_length=100)
    ]
    """PUE at each of them."""


def _pue_form(value: Any) -> str:
    table = isinstance(value, PueTable) or (isinstance(value, dict) and bool({"pue", "ambient_c"} & set(value)))
    return "series:table" if table else "series"


Pue = Annotated[
    Annotated[Series, Tag("series")] | Annotated[PueTable, Tag("series:table")],
    Discriminator(_pue_form),
]


class CoolingMode(Model):
    """A way to cool a hall; of those that hold at a period's temperature and IT power the cheapest is taken."""

    name: Name
    """Its name in the schedule, e.g. `free-air`."""
    power_share: Annotated[float, Strict(), Field(ge=0, le=9)]
    """Cooling power per IT power: PUE is 1 + this."""
    min_ambient_c: Number | None = None
    """Holds from this ambient temperature on; default: however cold it is."""
    max_ambient_c: Number | None = None
    """Holds up to this ambient temperature; default: however hot it is."""
    it_limit_mw: Power | None = None
    """Most IT power that it can cool; default: the hall's."""


class Hall(Model):
    """A building or yard: facility power = overhead + IT power × PUE."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("it_mw", "MW", "drawn by its machines"),
        Quantity("pue", "1", "facility power over IT power, without overhead"),
        Quantity("facility_mw", "MW", "drawn by its machines and for them: IT × PUE + overhead"),
        Quantity("cooling", "0/1", "whether the hall is cooled this way", of="MODE"),
    )

    name: Name
    """The hall's name, unique among all items."""
    it_limit_mw: Series
    """Most IT power [MW], without PUE and overhead."""
    pue: Pue = 1.0
    """Facility power per IT power, at least 1: a series, or a table over `site.ambient_c`."""
    cooling: Annotated[tuple[CoolingMode, ...], Field(max_length=50)] = ()
    """Ways to cool, from which PUE follows; then `pue` is not given."""
    overhead_mw: Power = 0.0
    """Fixed draw [MW] at the meter: lights, network, fans. Always there, also when curtailed."""
    overhead_off_with_hall: Flag = False
    """Whether the overhead is switched off in periods in which the hall has no IT power at all."""


class CurtailmentOrder(Model):
    """A hard cap on import over a window; a period that it touches is capped for all of it."""

    name: Name
    """The order's name, e.g. its number."""
    start: LocalTime
    """Start of the window."""
    end: LocalTime
    """End of the window (not inside it)."""
    import_limit_mw: Power
    """Most import [MW] inside the window."""


class Site(Model):
    """The grid connection and the weather."""

    item: ClassVar[str] = "site"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("import_mw", "MW", "taken from the grid"),
        Quantity("import_limit_mw", "MW", "most that may be taken, orders to curtail included"),
        Quantity("energy_price_usd_per_mwh", "USD/MWh", "price of energy", sign=Sign.EITHER),
        Quantity("adders_usd_per_mwh", "USD/MWh", "sum of all adders", sign=Sign.EITHER),
        Quantity("export_mw", "MW", "given to the grid, where export is allowed"),
        Quantity("export_limit_mw", "MW", "most that may be given, where export is allowed"),
        Quantity("export_price_usd_per_mwh", "USD/MWh", "paid for export, where it is allowed", sign=Sign.EITHER),
        Quantity("carbon_kg", "kg", "emitted by what is imported, where an intensity is given"),
    )

    import_limit_mw: Series
    """Most import [MW] at the meter."""
    export_limit_mw: Series = 0.0
    """Most export [MW] at the meter; import and export are never both above 0 in one period."""
    ambient_c: Series | None = None
    """Ambient dry-bulb temperature [°C], for PUE tables and barred modes."""
    halls: Annotated[tuple[Hall, ...], Field(min_length=1, max_length=1000)]
    """Buildings and yards; each fleet and pool sits in one."""
    curtailment: Annotated[tuple[CurtailmentOrder, ...], Field(max_length=1000)] = ()
    """Orders of the grid's operator that cap import."""
