"""Mutants that change nothing that matters: they are not counted. Each with its reason.

(file, the line's text, the change): reason
"""

from __future__ import annotations

from tests.proof._mutants import Mutant

HARMLESS: dict[tuple[str, str, str], str] = {
    (
        "optimizer/tariff/files.py",
        'return json.dumps({"supply": {"tariff": plain}}, indent=1, allow_nan=False, ensure_ascii=False) + "\\n"',
        "False → True",
    ): "a finite tariff gives the same JSON value with or without escapes",
    (
        "optimizer/auditor/clockwork.py",
        "opens = month_start(first, zone) // STEP_MINUTES * STEP_MINUTES",
        "month_start(first, zone) // STEP_MINUTES → month_start(first, zone) / STEP_MINUTES",
    ): "months begin on the five-minute grid",
    (
        "optimizer/auditor/clockwork.py",
        "return np.array(held, dtype=bool)[which]",
        "without dtype=bool",
    ): "they are booleans already, and there is always one",
    (
        "optimizer/auditor/rows.py",
        "return np.asarray([v if isinstance(v, int | float) else np.nan for v in values], dtype=float)",
        "without dtype=float",
    ): "whole numbers and numbers compare alike",
    (
        "optimizer/tariff/rule/energy.py",
        "found = np.full(len(clock.minute), -1, dtype=np.int64)",
        "1 → 2",
    ): "any number below zero stands for none",
    (
        "optimizer/tariff/clock.py",
        "return 0 if ahead is None else int(ahead.total_seconds() // 60)",
        "0 → 1",
    ): "a moment in a zone always has an offset; the branch is for the type checker",
    (
        "optimizer/auditor/fleets.py",
        "kept = 1.0 - (bitcoin.pool_fee if bitcoin else 0.0)",
        "0.0 → 1.0",
    ): "a scenario with fleets and without bitcoin is refused",
    (
        "optimizer/auditor/contracts/batch.py",
        "least = SHARE * max(1.0, terms.gpu_hours) if never_done else LEAST_WORK",
        "max → min",
    ): "a tolerance: what is left of a job counts as none a little earlier or later",
    (
        "optimizer/tariff/files.py",
        'return json.dumps({"supply": {"tariff": plain}}, indent=1, allow_nan=False, ensure_ascii=False) + "\\n"',
        "without ensure_ascii=False",
    ): "a finite tariff gives the same JSON value with or without escapes",
    (
        "optimizer/auditor/fleets.py",
        "off = np.full(case.length, -fleet.groups, dtype=np.int64)",
        "without dtype=np.int64",
    ): "that is the type of a whole number anyway",
    (
        "optimizer/auditor/clockwork.py",
        "minutes = np.arange(opens, month_start(last + 1, zone), STEP_MINUTES)",
        "1 → 2",
    ): "steps behind the last month belong to no period and no month that is asked for",
    (
        "optimizer/tariff/clock.py",
        "return 0 if ahead is None else int(ahead.total_seconds() // 60)",
        "ahead.total_seconds() // 60 → ahead.total_seconds() / 60",
    ): "offsets are whole minutes",
    (
        "optimizer/tariff/urdb/schedule.py",
        "ClockWindow(months=tuple(of), days=days, start=time(start % 24), end=time(end % 24))",
        "24 → 25",
    ): "a run begins at 0 to 23 o'clock (with its end the import fails, and is caught)",
    ("optimizer/tariff/urdb/values.py", 'raw = raw["items"][0]', "0 → -1"): "there is one item",
    (
        "optimizer/tariff/urdb/values.py",
        "MOST_USD, MOST = 1e6, 1e15",
        "1e15 → 2000000000000000.0",
    ): "a bound far beyond what is billed",
    (
        "optimizer/auditor/reserves.py",
        "at_capacity += offer.part.capacity_mw * each",
        "at_capacity += offer.part.capacity_mw * each → at_capacity -= offer.part.capacity_mw * each",
    ): "the ledger takes the size of what it is given as a scale",
    (
        "optimizer/auditor/market.py",
        "network_ph = align(bitcoin.network_hashrate_eh_per_s or 0.0, horizon) * 1000.0",
        "0.0 → 1.0",
    ): "a derived hashprice without a network is refused",
    (
        "optimizer/auditor/bill/month_energy.py",
        "steps = [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in tariff.energy[0].tiers]",
        "0 → -1",
    ): "a plan takes tariffs only whose periods have the same steps",
    (
        "optimizer/model/bill/maximum.py",
        "lowest = np.broadcast_to(np.asarray(least, dtype=float), (count,))",
        "without dtype=float",
    ): "what is broadcast is compared and added as floats anyway",
    (
        "solvers/worker.py",
        "self._end(1)",
        "1 → 2",
    ): "any code but 0 says that the worker broke",
    (
        "optimizer/model/site/meter.py",
        "return 2.0 * (self.most_draw_mw + self.most_supply_mw) + 1.0",
        "2.0 → 3.0",
    ): "it binds nothing, however large",
    (
        "optimizer/model/site/hall.py",
        'raise ValueError(f"hall {hall.name}: a PUE table needs site.ambient_c")',
        'raise ValueError(f"hall {hall.name}: a PUE table needs site.ambient_c") → pass',
    ): "the scenario's checks refuse this earlier",
    (
        "optimizer/planning/rules/repair.py",
        "largest = max(float(np.abs(problem.cost).max(initial=0.0)), 1.0)",
        "without initial=0.0",
    ): "a problem without columns is answered before any rule",
    (
        "optimizer/model/bill/tariff.py",
        "return amounts[0], most_kw",
        "0 → -1",
    ): "the only one is the first and the last",
    (
        "optimizer/model/bill/booking.py",
        "last_committed, last_behind = np.full(months.count, -1), np.full(months.count, -1)",
        "1 → 2",
    ): "any number below zero stands for none",
}


def is_harmless(mutant: Mutant) -> bool:
    return (mutant.path, mutant.text, mutant.change) in HARMLESS
