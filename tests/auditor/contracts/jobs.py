"""A job on 8 GPUs whose rows are written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.auditor import hand, worked
from tests.toys import gpu_pool, scenario


def ran(
    gpus: Sequence[float],
    ledger: dict[str, hand.Values],
    after: dict[str, Any],
    owed: Sequence[float] | None = None,
    restart: hand.Values = 0.0,
    restarts: hand.Values = 0.0,
    cut: int | None = None,
    before: dict[str, Any] | None = None,
    report: dict[str, Any] | None = None,
    node: int = 1,
    **terms: Any,
) -> Any:
    """A job that runs on 8 GPUs at price 0, in nodes that are always on and draw 1 MW in full use; `node`: GPUs
    per node; `after`: the job's state at the seam."""
    count = len(gpus)
    cut = cut or count
    time = {"committed_periods": cut, "look_ahead_periods": count - cut}
    on = {"nodes": [{"on": True, "nodes": 8 // node}]}
    state: dict[str, Any] = {"pools": {"pool": on}}
    if before is not None:
        state["contracts"] = {"job": {"kind": "batch", **before}}
    contract = worked.job(**terms)
    servers = gpu_pool(8 // node, gpus_per_node=node)
    power = [g / node for g in gpus]
    toy = scenario([0.0] * count, pools=[servers], contracts=[contract], state=state, time=time)
    rows = {
        "site": hand.site(power, 0),
        "hall": hand.hall(power),
        "pool": hand.nodes([8 // node] * count, [0] * count, [0] * count, gpus, power),
        "job": hand.gpus(gpus, power)
        | {
            "owed_gpu_hours": list(owed or gpus),
            "restart_gpu_hours": restart,
            "running": [int(g > 0) for g in gpus],
            "restarts": restarts,
        },
    }
    seam = {
        "pools": {"pool": hand.nodes_state((True, 8 // node, 1e5), it_power_mw=power[cut - 1])},
        "contracts": {"job": {"kind": "batch", "accepted": True, **after}},
    }
    said = {"short_gpu_hours": 0.0, "lateness_hours": 0.0, **(report or {})}
    done = sum(list(owed or gpus)[:cut])
    contracts = [hand.report("job", "batch", done, **said)]
    return toy, hand.schedule(toy, rows, {"job": ledger}, contracts=contracts, state=seam)
