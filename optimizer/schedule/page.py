"""The page that lists a schedule's words, made from the vocabulary."""

from __future__ import annotations

from optimizer.scenario.quantity import Sign
from optimizer.schedule.ledger_kind import LedgerKind
from optimizer.schedule.vocabulary import class_words, item_classes

HEAD = """# The words of a schedule

Made by `wattshift schema --words`; `tests/schedule/test_vocabulary.py` holds it to the code.

## Dispatch

One row per (start, item, quantity): what an item shows in the period that begins at `start`. A class of items names
its quantities itself (`shows` in `optimizer/scenario`).

| item | quantity | unit | sign | set-point | meaning |
|---|---|---|---|---|---|
"""

LEDGER = """
## Ledger

One row per (start, item, kind) that is not zero: income positive, cost negative. A line of no single period stands in
the last period of its month (or billing period) within the committed part. The kinds are those of
`optimizer/schedule/ledger_kind.py`; the positive lines of the group `revenue` are the gross revenue.

| kind | group | sign | meaning |
|---|---|---|---|
"""

SIDES = {Sign.NOT_NEGATIVE: "income", Sign.NOT_POSITIVE: "cost", Sign.EITHER: "either"}


def vocabulary_page() -> str:
    """The page as it is kept in `optimizer/schedule/vocabulary.md`."""
    dispatch = []
    for item in item_classes():
        for q in item.shows:
            cells = (class_words(item), f"`{q.label}`", q.unit, q.sign, "yes" if q.set_point else "", q.meaning)
            dispatch.append(f"| {' | '.join(cells)} |")
    ledger = [f"| `{k}` | {k.group} | {SIDES[k.sign]} | {k.meaning} |" for k in LedgerKind]
    return HEAD + "\n".join(dispatch) + "\n" + LEDGER + "\n".join(ledger) + "\n"
