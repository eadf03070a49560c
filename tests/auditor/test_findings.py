"""What the audit says, what it imports, and how fast it is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from optimizer.auditor import audit
from tests.auditor import hand, worked
from tests.toys import scenario

FOREIGN = (
    "optimizer.model.contracts",
    "optimizer.model.formulation",
    "optimizer.planning.plan",
    "solvers",
    "highspy",
    "ortools",
)
HEAVY = ("pulp", "pandas", "pyarrow", "scipy", "holidays")


def test_the_audit_shares_nothing_with_the_model_and_the_solvers():
    code = "import sys, optimizer.auditor; print('\\n'.join(sys.modules))"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    loaded = run.stdout.split()
    assert "optimizer.auditor.contracts.batch" in loaded
    wrong = [m for m in loaded for name in (*FOREIGN, *HEAVY) if m == name or m.startswith(name + ".")]
    assert not wrong


def test_findings_read_well():
    toy, plan = worked.ramp()
    findings = audit(toy, plan)
    assert str(findings) == "audit: all rules kept; profit recomputed 250.00"
    start = toy.horizon.label(0)
    assert findings.ledger[start, "grid", "energy"] == -100
    spoilt = hand.set_row(plan, toy, "hall", "pue", 0, 1.5)
    lines = str(audit(toy, spoilt)).splitlines()
    assert lines[0] == "audit: 1 violation; profit recomputed 250.00"
    assert lines[1] == f"  hall at {start}: PUE is given as 1.5; it comes to 1 (0.5 off) [input]"
    as_json = json.loads(json.dumps(audit(toy, spoilt).to_dict(), allow_nan=False))
    assert as_json["ok"] is False and as_json["profit_usd"] == 250
    assert as_json["violations"][0] | {"message": ""} == {
        "rule": "input",
        "item": "hall",
        "start": start,
        "amount": 0.5,
        "unit": "",
        "message": "",
    }


def facility(periods: int) -> Any:
    """Four fleets, three pools and ten contracts that do nothing, as a scenario and its schedule."""
    fleets, pools, contracts = [], [], []
    for i in range(4):
        modes = [worked.mode(f"m{j}", 1 - j / 4, 100 - j) for j in range(3)]
        fleets.append(worked.group_fleet(8, name=f"fleet {i}", modes=modes, warm_up_hours=1.0, min_up_hours=4.0))
    for i in range(3):
        pools.append(worked.gpu_pool(8, name=f"pool {i}", gpus_per_node=8, min_up_hours=2.0))
    names = [pool["name"] for pool in pools]
    days = {"release": "2026-01-05T00:00:00", "deadline": "2027-06-01T00:00:00"}
    for i in range(4):
        contracts.append(worked.job(name=f"job {i}", pools=names, **days))
    for i in range(3):
        contracts.append({"kind": "spot", "name": f"spot {i}", "pools": names, "demand_gpus": 1.0})
        contracts[-1]["price_usd_per_gpu_hour"] = 2.0
        deal = {"kind": "reserved", "name": f"deal {i}", "pools": names, "committed_gpus": 0.0}
        contracts.append(deal | {"price_usd_per_gpu_hour": 2.0})
    toy = scenario([50.0] * periods, fleets=fleets, pools=pools, contracts=contracts)
    rows: dict[str, dict[str, float]] = {"site": hand.site(0, 50), "bitcoin": hand.bitcoin(), "hall": hand.hall(0)}
    for fleet in fleets:
        up = [m["name"] for m in fleet["modes"]]
        plain = ["it_mw", "hashrate_ph_per_s", "groups_stopped", "groups_warming"]
        counts = [f"{what}[{name}]" for what in ("groups", "groups_started") for name in up]
        rows[fleet["name"]] = dict.fromkeys([*plain, *counts], 0.0) | {"groups[off]": 8.0}
    for name in names:
        rows[name] = dict.fromkeys(["it_mw", "nodes_on", "nodes_started", "nodes_stopped", "gpus_in_use"], 0.0)
    extra = {
        "batch": ["owed_gpu_hours", "restart_gpu_hours", "running", "restarts"],
        "reserved": ["committed_gpus", "short_gpus"],
        "spot": ["price_usd_per_gpu_hour"],
    }
    for contract in contracts:
        plain = ["gpus", "it_mw", *(f"gpus[{name}]" for name in names), *extra[contract["kind"]]]
        rows[contract["name"]] = dict.fromkeys(plain, 2.0 if contract["kind"] == "spot" else 0.0)
        if contract["kind"] == "spot":
            rows[contract["name"]] |= dict.fromkeys(plain[:-1], 0.0)
    return toy, hand.schedule(toy, rows, {})


def test_a_day_is_audited_in_an_instant():
    toy, plan = facility(24)
    assert {v.rule for v in audit(toy, plan).violations} == {"contracts", "state"}
    took = []
    for _ in range(5):
        begin = time.process_time()
        audit(toy, plan)
        took.append(time.process_time() - begin)
    # 11 ms alone on a slow core, of the processor: what else runs on the machine does not count.
    assert min(took) < 0.03
