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
        "optimizer/tariff/energy.py",
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
        "optimizer/auditor/batch.py",
        "least = SHARE * max(1.0, terms.gpu_hours) if never_done else LEAST_WORK",
        "max → min",
    ): "a tolerance: what is left of a job counts as none a little earlier or later",
}


def is_harmless(mutant: Mutant) -> bool:
    return (mutant.path, mutant.text, mutant.change) in HARMLESS
