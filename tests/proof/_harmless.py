"""Mutants that change nothing that matters: they are not counted. Each with its reason.

(file, a line's text, the change or "" for any on that line): reason
"""

from __future__ import annotations

from tests.proof._mutants import Mutant

HARMLESS: dict[tuple[str, str, str], str] = {}


def is_harmless(mutant: Mutant) -> bool:
    return any((mutant.path, mutant.text, change) in HARMLESS for change in (mutant.change, ""))
