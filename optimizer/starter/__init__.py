"""Starting a scenario: a copy of an example, or one from the operator's own prices and fleets.

What `wattshift init` does. Nothing that exists is overwritten.
"""

from optimizer.starter.errors import StarterError
from optimizer.starter.examples import DEFAULT_EXAMPLE, Example, copy_example, examples
from optimizer.starter.fleet_list import read_fleets
from optimizer.starter.machines import machine_named
from optimizer.starter.own_files import Started, start_from

__all__ = [
    "DEFAULT_EXAMPLE",
    "Example",
    "Started",
    "StarterError",
    "copy_example",
    "examples",
    "machine_named",
    "read_fleets",
    "start_from",
]
