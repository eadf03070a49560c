"""ASIC fleets: identical machines in groups that are switched as one (domain section 3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from optimizer.scenario.base import Count, CountOrZero, Flag, Hours, Model, Name, NonNegative, Number, Power, Rate
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series
from optimizer.scenario.switching import Switching


class Mode(Model):
    """A state of a machine. It is up where it hashes; a mode without hashrate is off or sleep."""

    name: Name
    """The mode's name, unique in its fleet: `normal`, `sleep`, …"""
    power_w: Power
    """Draw of one machine [W]."""
    hashrate_th_per_s: NonNegative = 0.0
    """Hashrate of one machine [TH/s]."""
    max_ambient_c: Number | None = None
    """The mode is barred in periods whose mean ambient temperature is above this."""


class Fleet(Switching):
    """Identical ASICs in one hall."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("it_mw", "MW", "drawn by its machines"),
        Quantity("hashrate_ph_per_s", "PH/s", "what earns: without warming groups"),
        Quantity("groups", "groups", "groups in the mode, the understood `off` too", of="MODE", set_point=True),
        Quantity(
            "groups_started",
            "groups",
            "groups that go up in the mode, of every mode with hashrate; a set-point where machines warm up",
            of="MODE",
            set_point=True,
        ),
        Quantity("groups_stopped", "groups", "groups that go down"),
        Quantity("groups_warming", "groups", "groups that draw power and do not earn yet"),
    )

    name: Name
    """The fleet's name, unique among all items."""
    hall: Name
    """Name of the hall that it sits in."""
    model: Annotated[str, Field(max_length=100)] = ""
    """The machine, for readers."""
    units: Count
    """Machines; divisible by `groups`."""
    groups: Count
    """Groups of equal size, switched as one: containers, PDU rows, machines."""
    modes: Annotated[tuple[Mode, ...], Field(min_length=1, max_length=20)]
    """Power modes. Where none is without hashrate, a mode `off` of 0 W is understood."""
    availability: Series = 1.0
    """Share of machines in order (0–1): scales power, hashrate and running cost of groups that are up."""
    warm_up_hours: Hours = 0.0
    """A group started draws the power of the mode it entered and hashes nothing for so long, and stays up and
    in that mode meanwhile."""
    starts_per_day: CountOrZero | None = None
    """Most group starts in a local calendar day."""
    running_cost_usd_per_machine_hour: Rate = 0.0
    """Maintenance, per machine-hour up."""
    depreciation_usd_per_machine_hour: Rate = 0.0
    """Reported; a cost of the plan only where `depreciation_by_use`."""
    depreciation_by_use: Flag = False
    """Whether depreciation is driven by use: then it is charged per machine-hour up."""

    @property
    def all_modes(self) -> tuple[Mode, ...]:
        """The modes, with the `off` that is understood where none is without hashrate."""
        if any(mode.hashrate_th_per_s == 0 for mode in self.modes):
            return self.modes
        return (Mode(name="off", power_w=0.0), *self.modes)

    @property
    def machines_per_group(self) -> int:
        return self.units // self.groups
