"""The grid connection: the balance at the meter, the limits of import and export, curtailment orders (section 5).

import + made on site = facility power of the halls + charge + export;  never import and export at once

So what is missing on site is the import, what is left over is the export: the audit takes neither from the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, number, relative, share_of
from optimizer.auditor.case import Case
from optimizer.scenario.horizon import localize
from optimizer.scenario.series import align


@dataclass(frozen=True)
class Flow:
    """Power at the meter of one thing on site [MW], (periods,), and the most it could be."""

    mw: Floats
    most_mw: Floats


@dataclass(frozen=True)
class Meter:
    """What goes through the grid connection [MW], (periods,)."""

    import_mw: Floats
    import_limit_mw: Floats
    """Curtailment orders included."""
    export_mw: Floats
    may_export: bool
    """Whether the site may export at all in the horizon."""
    most_mw: Floats
    """The most power that could flow through the site: what tolerances are taken of."""


def audit_meter(case: Case, halls: Flow, drawn: Sequence[Flow], made: Sequence[Flow]) -> Meter:
    """Check balance and limits. `halls`: facility power of all halls; `drawn`: what charges; `made`: renewable
    power used, generation, discharge."""
    rows, book, site = case.rows, case.book, case.scenario.site
    connection = align(site.import_limit_mw, case.horizon, "min")
    export_limit = align(site.export_limit_mw, case.horizon, "min")
    may_export = bool((export_limit > 0).any())
    net = halls.mw + _sum(case, [flow.mw for flow in drawn]) - _sum(case, [flow.mw for flow in made])
    import_mw, export_mw = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    most_drawn = halls.most_mw + _sum(case, [flow.most_mw for flow in drawn])
    most_made = _sum(case, [flow.most_mw for flow in made])
    # All that flows in is imported or made; all that flows out is drawn or exported.
    most_in = np.minimum(most_drawn, np.maximum(connection, 0.0)) + most_made
    most_out = most_drawn + np.minimum(most_made, np.maximum(export_limit, 0.0))
    most = np.minimum(most_in, most_out)
    tolerance = share_of(float(most.max()))

    said_import, said_export = rows.take("site", "import_mw"), np.zeros(case.length)
    book.not_negative("range", "site", "import", said_import, unit="MW", tolerance=tolerance)
    if may_export:
        said_export = np.asarray(rows.take("site", "export_mw"), dtype=float)
        book.not_negative("range", "site", "export", said_export, unit="MW", tolerance=tolerance)
    for t in np.flatnonzero((said_import > tolerance) & (said_export > tolerance)).tolist():
        imported, exported = float(said_import[t]), float(said_export[t])
        message = f"{number(imported)} MW are imported and {number(exported)} MW exported in one period"
        book.add("import_and_export", "site", t, message, amount=min(imported, exported), unit="MW")
    what = "import less export" if may_export else "import"
    book.equal("balance", "site", what, said_import - said_export, net, unit="MW", tolerance=tolerance)
    capped = _check_import(case, import_mw, connection, tolerance)
    _check_export(case, export_mw, export_limit, may_export, tolerance)
    return Meter(import_mw, capped, export_mw, may_export, most)


def _sum(case: Case, flows: Sequence[Floats]) -> Floats:
    total = np.zeros(case.length)
    for flow in flows:
        total += flow
    return total


def _check_import(case: Case, import_mw: Floats, connection: Floats, least: float) -> Floats:
    """Import within the connection and every order; the limit with the orders, (periods,). `least`: tolerance of
    the balance, which import follows from."""
    book, site = case.book, case.scenario.site
    tolerance = max(least, share_of(float(connection.max())))
    limit_name = "import limit"
    book.at_most(
        "import_limit", "site", "import", import_mw, connection, unit="MW", tolerance=tolerance, limit_name=limit_name
    )
    capped = connection.copy()
    begin = case.horizon.start_minutes
    end = begin + case.horizon.step_minutes
    for order in site.curtailment:
        first = localize(order.start, case.horizon.zone).timestamp() / 60.0
        last = localize(order.end, case.horizon.zone).timestamp() / 60.0
        touched = (first < end) & (last > begin)
        capped = np.where(touched, np.minimum(capped, order.import_limit_mw), capped)
        for t in np.flatnonzero(touched & (import_mw > order.import_limit_mw + tolerance)).tolist():
            over = float(import_mw[t] - order.import_limit_mw)
            message = (
                f"import is {number(import_mw[t])} MW, {number(over)} above the "
                f"{number(order.import_limit_mw)} MW of curtailment order {order.name}"
            )
            book.add("curtailment", "site", t, message, amount=over, unit="MW")
    given = case.rows.take("site", "import_limit_mw")
    book.equal("input", "site", "import limit (orders included)", given, capped, unit="MW", tolerance=relative(capped))
    return capped


def _check_export(case: Case, export_mw: Floats, limit: Floats, may_export: bool, least: float) -> None:
    """Export within its limit; where none is allowed, nothing may be left over."""
    book, limit_name = case.book, "export limit"
    tolerance = max(least, share_of(float(limit.max())))
    book.at_most(
        "export_limit", "site", "export", export_mw, limit, unit="MW", tolerance=tolerance, limit_name=limit_name
    )
    if may_export:
        given = case.rows.take("site", "export_limit_mw")
        book.equal("input", "site", "export limit", given, limit, unit="MW", tolerance=relative(limit))
