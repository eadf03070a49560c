"""Batteries, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.insight.clash import clashes
from optimizer.model.formulation import Formulation, formulate
from optimizer.model.onsite import by_name
from optimizer.model.onsite.battery import BatteryBlock, burning_could_pay
from solvers.problem import Floats
from tests.model.conftest import Solve
from tests.model.power import battery, generator, never_at_once, powered, renewable
from tests.toys import group_fleet


def test_worked_number_of_the_domain(solve: Solve) -> None:
    # 80 − 20 for charging 1 MW; 0.9 MWh in store give 0.81, so that 0.19 are bought at 100.
    found = solve(powered([20, 100], fleets=[group_fleet()], batteries=[battery(2.0, 0.9)]), 141)
    assert found.of("battery", "charge_mw") == [1, 0]
    assert found.of("battery", "discharge_mw") == [0, 0.81]
    assert found.of("battery", "energy_mwh") == [0.9, 0]
    assert found.of("site", "import_mw") == [2, 0.19]


def test_self_loss_is_per_hour(solve: Solve) -> None:
    # Half an hour at 19 % an hour keeps 0.9: 1 MW in, 0.9 out: (80 − 20 + 100 − 0.1 × 100) / 2.
    given = powered(
        [20, 100],
        fleets=[group_fleet()],
        batteries=[battery(self_loss_per_hour=0.19)],
        time={"resolution_minutes": 30},
    )
    found = solve(given, 75)
    assert found.of("battery", "energy_mwh") == [0.5, 0]
    assert found.of("battery", "discharge_mw") == [0, 0.9]


@pytest.mark.parametrize(("wear", "profit"), [(10.0, 141 - 8.1), (80.0, 80.0)])
def test_wear_is_paid_per_mwh_discharged(solve: Solve, wear: float, profit: float) -> None:
    # The cycle makes 81 − 20 = 61 with 0.81 MWh discharged: wear above 75.3 is not worth it.
    cells = battery(2.0, 0.9, wear_usd_per_mwh=wear)
    found = solve(powered([20, 100], fleets=[group_fleet()], batteries=[cells]), profit)
    assert found.usd("battery_wear", "battery") == [0, -8.1 if wear == 10 else 0]


def test_power_limits_and_energy(solve: Solve) -> None:
    # At 20 two groups make 160 an hour, and two hours of at most 0.5 MW fill 0.75 MWh for 15. At 100 they leave in
    # one hour, and 1.25 MW are bought for 200 of revenue.
    cells = battery(0.75, charge_limit_mw=0.5, discharge_limit_mw=2.0)
    found = solve(powered([20, 20, 100], fleets=[group_fleet(2)], batteries=[cells]), 2 * 160 - 15 + 200 - 125)
    assert found.of("battery", "discharge_mw") == [0, 0, 0.75]
    assert max(found.values("battery", "charge_mw")) <= 0.5 + 1e-6


def test_the_end_charge_is_what_it_started_with(solve: Solve) -> None:
    # Emptied at 100, filled again at 20 behind the committed part: 100 + 80 − 20.
    given = powered(
        [100, 20],
        fleets=[group_fleet()],
        batteries=[battery(start_energy_mwh=1.0)],
        time={"committed_periods": 1, "look_ahead_periods": 1},
    )
    found = solve(given, 160)
    assert found.of("battery", "energy_mwh") == [0, 1]
    state = found.schedule.state
    assert state is not None
    assert state.batteries["battery"].energy_mwh == pytest.approx(0, abs=1e-9)


def test_an_end_charge_that_is_stated(solve: Solve) -> None:
    # May be left empty: 100 + 80. Must be filled: at 50, not at 80: 50 + 20 − 50.
    solve(
        powered([100, 20], fleets=[group_fleet()], batteries=[battery(start_energy_mwh=1.0, end_energy_mwh=0.0)]), 180
    )
    found = solve(powered([50, 80], fleets=[group_fleet()], batteries=[battery(end_energy_mwh=1.0)]), 20)
    assert found.of("battery", "charge_mw") == [1, 0]


def test_state_takes_the_place_of_the_start(solve: Solve) -> None:
    # 0.5 MWh from before and no duty to keep them: half of 90.
    given = powered(
        [90],
        fleets=[group_fleet()],
        batteries=[battery(end_energy_mwh=0.0)],
        state={"batteries": {"battery": {"energy_mwh": 0.5}}},
    )
    assert solve(given, 55).of("site", "import_mw") == [0.5]


def test_the_state_is_kept_at_the_end_by_default(solve: Solve) -> None:
    # 0.5 MWh before are 0.5 MWh after.
    state = {"batteries": {"battery": {"energy_mwh": 0.5}}}
    found = solve(powered([90], fleets=[group_fleet()], batteries=[battery()], state=state), 10)
    assert found.of("battery", "energy_mwh") == [0.5]


def test_an_end_charge_out_of_reach_is_named() -> None:
    # 1 MW for an hour fills 0.5 of 2 MWh.
    given = powered([50], batteries=[battery(2.0, 0.5, end_energy_mwh=2.0)])
    found = clashes(given)
    assert [(c.item, c.requirement, c.unit) for c in found] == [("battery", "end charge", "MWh")]
    assert found[0].amount == pytest.approx(1.5)


def test_a_full_battery_burns_nothing_at_negative_prices(solve: Solve) -> None:
    # 1 MWh fills it; charging on while discharging would be paid 75 an hour more.
    found = solve(powered([-100, -100], batteries=[battery(0.5, 0.5)]), 100)
    never_at_once(found)


def test_a_battery_does_not_empty_itself_for_room(solve: Solve) -> None:
    # At −100 the group makes 200 and filling the battery 100. To make room for filling it twice it would have to
    # run the group on 0.25 MW of its own and 0.75 MW at 300: 100 − 225 is worse than the 100 for the room.
    found = solve(powered([-100, 300, -100], fleets=[group_fleet()], batteries=[battery(0.5, 0.5)]), 500)
    assert found.of("miners", "it_mw") == [1, 0, 1]
    never_at_once(found)


def test_room_is_made_where_power_is_used(solve: Solve) -> None:
    # At 50 the group runs in any case: 0.25 MW from the battery save 12.5 and leave room.
    found = solve(powered([-100, 50, -100], fleets=[group_fleet()], batteries=[battery(0.5, 0.5)]), 300 + 62.5 + 300)
    never_at_once(found)


def test_renewables_that_pay_for_being_used_are_not_burned(solve: Solve) -> None:
    # 30 for each MWh used, and nowhere to use it but in the battery: 1 MWh fills it.
    wind = renewable(cost_usd_per_mwh=-30.0)
    found = solve(powered([50, 50], renewables=[wind], batteries=[battery(0.5, 0.5)]), 30)
    never_at_once(found)


def test_an_engine_that_must_run_is_not_burned(solve: Solve) -> None:
    # On for another hour at 1 MW (60 of fuel), with one group that can take it (100 − 60), not with none.
    engine = generator(min_load_mw=1.0, min_up_hours=2.0)
    state = {"generators": {"engine": {"on": True, "hours": 1.0}}}
    cells = battery(1.0, 0.5)
    found = solve(powered([200], fleets=[group_fleet()], generators=[engine], batteries=[cells], state=state), 40)
    never_at_once(found)
    # Nothing else takes its power: 1 MW goes into the battery. 0.25 MWh more than it holds would have to be burned.
    roomy = powered([200], generators=[engine], batteries=[battery(0.5, 0.5)], state=state)
    never_at_once(solve(roomy, -60))
    assert clashes(powered([200], generators=[engine], batteries=[battery(0.25, 0.5)], state=state))


def test_curtailed_power_is_not_passed_through_a_battery(solve: Solve) -> None:
    # Wind for nothing, more than the group takes: whatever the battery does, not both at once.
    given = powered(
        [50] * 4,
        fleets=[group_fleet()],
        renewables=[renewable(5.0, [1.0, 0.0, 1.0, 0.1])],
        batteries=[battery(0.8, 0.9)],
    )
    # Hour 1: 0.72 of 1 MW from the battery; hour 3: 0.5 of wind, 0.5 of 0.72 from the battery.
    found = solve(given, 100 + 100 - 0.28 * 50 + 100 + 100)
    never_at_once(found)


def test_two_batteries(solve: Solve) -> None:
    # 0.5 MW into one and 1 MW into the other at 20, which give 0.5 and 0.5² × 1 MW at 100; 0.25 MW are bought.
    first = battery(name="first", charge_limit_mw=0.5, discharge_limit_mw=0.5)
    second = battery(1.0, 0.5)
    found = solve(powered([20, 100], fleets=[group_fleet()], batteries=[first, second]), 80 - 10 - 20 + 100 - 25)
    assert found.of("first", "charge_mw") == [0.5, 0]
    assert found.of("battery", "discharge_mw") == [0, 0.25]


@pytest.mark.parametrize(
    ("price", "changes", "expected"),
    [
        ([50.0, 0.0, 50.0], {}, [0, 0, 0]),
        ([50.0, -1.0, 50.0], {}, [1, 1, 0]),
        ([50.0, -1.0, 50.0], {"carbon": {"intensity_kg_per_mwh": 100.0, "price_usd_per_tonne": 20.0}}, [0, 0, 0]),
        ([5.0, 1.0, 5.0], {"energy": {"adders": [{"name": "credit", "usd_per_mwh": -2.0}]}}, [1, 1, 0]),
        ([50.0, 50.0, 50.0], {"renewables": [renewable(cost_usd_per_mwh=-1.0)]}, [1, 1, 1]),
        ([50.0, 50.0, 50.0], {"generators": [generator()]}, [1, 1, 1]),
    ],
)
def test_where_burning_could_pay(price: list[float], changes: dict[str, Any], expected: list[int]) -> None:
    assert burning_could_pay(powered(price, batteries=[battery()], **changes)).tolist() == [bool(e) for e in expected]


class Given:
    """A solution made up by hand, to be settled."""

    def __init__(self, formulation: Formulation) -> None:
        self.formulation = formulation
        self.x = np.zeros(formulation.problem.columns)

    def put(self, item: str, *columns: list[float]) -> None:
        """Charge, discharge and energy of a battery, output of a renewable, or import and export."""
        model = self.formulation
        where: list[Any]
        block: Any = by_name(model.assets).get(item)
        if isinstance(block, BatteryBlock):
            where = [block._charge, block._discharge, block._energy]
        elif block is not None:
            where = [block.curtailable]
        else:
            where = [model.grid.import_mw]
        for index, values in zip(where, columns, strict=True):
            self.x[index] = values

    def settled(self) -> dict[tuple[str, str], Floats]:
        x = self.formulation.tidy(self.x)
        return {(item, quantity): read(x) for item, quantity, read in self.formulation.model.quantities}


def test_settling_takes_what_is_burned_from_import_then_from_renewables() -> None:
    # 1 MW in and 0.5 MW out at 0.5 each way change nothing in store but 0.5 − 1: the same as 0.25 MW out alone.
    given = Given(
        formulate(
            powered(
                [50.0],
                renewables=[renewable(2.0)],
                batteries=[battery(2.0, 0.5, start_energy_mwh=1.0, end_energy_mwh=0.0)],
                hall={"overhead_mw": 1.0},
            )
        )
    )
    given.put("battery", [1.0], [0.5], [0.5])
    given.put("wind", [1.2])
    given.put("grid", [0.3])
    found = given.settled()
    # Needed: 1 MW of overhead less 0.25 MW: import is gone, 0.45 of wind as well.
    assert found["battery", "charge_mw"] == pytest.approx([0.0])
    assert found["battery", "discharge_mw"] == pytest.approx([0.25])
    assert found["battery", "energy_mwh"] == pytest.approx([0.5])
    assert found["wind", "used_mw"] == pytest.approx([0.75])
    assert found["site", "import_mw"] == pytest.approx([0.0])


def test_settling_keeps_what_a_battery_burned_of_itself() -> None:
    # Nothing takes power: 0.5 MW in and out empty 0.5 / 0.5 − 0.25 = 0.75 MWh. Settled it keeps them, and has room
    # for 0.25 MWh, of 1, in the second hour: 0.5 MW of 2.
    cells = battery(1.0, 0.5, start_energy_mwh=0.75, charge_limit_mw=2.0, end_energy_mwh=0.0)
    given = Given(formulate(powered([50.0, 50.0], batteries=[cells])))
    given.put("battery", [0.5, 2.0], [0.5, 0.0], [0.0, 1.0])
    given.put("grid", [0.0, 2.0])
    found = given.settled()
    assert found["battery", "charge_mw"] == pytest.approx([0.0, 0.5])
    assert found["battery", "discharge_mw"] == pytest.approx([0.0, 0.0])
    assert found["battery", "energy_mwh"] == pytest.approx([0.75, 1.0])
    assert found["site", "import_mw"] == pytest.approx([0.0, 0.5])


def test_settling_reaches_the_battery_that_charged_another() -> None:
    # As before, but the second hour's 2 MW come from another battery: it gives 0.5 of them and keeps 1.5.
    cells = battery(1.0, 0.5, start_energy_mwh=0.75, charge_limit_mw=2.0, end_energy_mwh=0.0)
    other = battery(2.0, name="other", discharge_limit_mw=2.0, start_energy_mwh=2.0, end_energy_mwh=0.0)
    for order in ([cells, other], [other, cells]):
        given = Given(formulate(powered([50.0, 50.0], batteries=order)))
        given.put("battery", [0.5, 2.0], [0.5, 0.0], [0.0, 1.0])
        given.put("other", [0.0, 0.0], [0.0, 2.0], [2.0, 0.0])
        found = given.settled()
        assert found["battery", "charge_mw"] == pytest.approx([0.0, 0.5])
        assert found["other", "discharge_mw"] == pytest.approx([0.0, 0.5])
        assert found["other", "energy_mwh"] == pytest.approx([2.0, 1.5])
        assert found["site", "import_mw"] == pytest.approx([0.0, 0.0])


def test_settling_a_full_battery_of_dust() -> None:
    # What the solver's tolerance charges beyond full goes, and no wind stays no wind.
    cells = battery(start_energy_mwh=1.0)
    given = Given(formulate(powered([50.0], renewables=[renewable()], batteries=[cells])))
    given.put("battery", [1e-9], [0.0], [1.0 + 1e-9])
    found = given.settled()
    assert found["battery", "energy_mwh"] == [1.0]
    assert found["wind", "used_mw"] == [0.0]
