"""A job that is over is on no pool, however many plans later."""

from __future__ import annotations

from optimizer import audit, plan
from optimizer.scenario.contracts import BatchState
from optimizer.scenario.scenario import Scenario
from tests.toys import batch, clock, gpu_pool, scenario


def test_a_run_that_ends_at_the_seam_leaves_no_pool_behind() -> None:
    """A run of two hours ends with the first plan; the second hands on a job that is over."""
    job = batch(2.0, 4.0, preemptible=False)
    first = plan(scenario([10, 10], pools=[gpu_pool()], contracts=[job]))
    assert first.state is not None
    document = scenario([10, 10], pools=[gpu_pool()], contracts=[job]).model_dump(mode="json")
    document["time"]["start"] = clock(2)
    document["state"] = first.state.model_dump(mode="json")
    second = Scenario.model_validate(document)
    after = plan(second)
    assert audit(second, after).ok and after.state is not None
    state = after.state.contracts["job"]
    assert isinstance(state, BatchState) and state.closed and state.pool is None
