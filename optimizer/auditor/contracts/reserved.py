"""Reserved capacity: what is delivered of what is committed, and service levels by billing period.

availability = delivered / committed GPU-hours of the billing period: history + horizon + expected rest
credit = share of the worst breached tier × committed GPU-hours × price; the ledger books its change
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from optimizer.auditor.book import SHARE, Floats, number, same_moment, share_of
from optimizer.auditor.case import Case, Expected, Fields, Records
from optimizer.auditor.clockwork import month_start
from optimizer.auditor.contracts.served import Served
from optimizer.scenario.contracts import BillingRecord, Reserved, SlaTier
from optimizer.scenario.horizon import localize
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind

TIER_SLACK = 1e-6
"""A tier or floor at a is met where delivered ≥ (a − TIER_SLACK) × committed."""


@dataclass(frozen=True)
class Span:
    """A billing period."""

    start: datetime
    end: datetime
    rest_committed: float
    """GPU-hours committed behind the horizon."""
    rest_delivered: float
    """GPU-hours of them expected to be delivered."""
    periods: list[int]
    """Periods of the horizon that start in it."""
    record: BillingRecord
    """What happened in it before the horizon."""
    recorded: bool
    """Whether the state has a record of it."""


@dataclass(frozen=True)
class Judgement:
    """How a billing period stands by this plan."""

    committed: float
    delivered: float
    availability: float
    tier: SlaTier | None
    credit_usd: float
    tolerance: float
    """On GPU-hours."""


def check_terms(case: Case, served: Served[Reserved]) -> Fields:
    """Check a reserved contract and post its money."""
    terms, name, book = served.contract, served.name, case.book
    promised = align(terms.committed_gpus, case.horizon)
    due = promised if served.accepted else np.zeros(case.length)
    most = min(served.most_gpus, float(promised.max()))
    short = due - served.gpus if served.accepted else np.zeros(case.length)
    tolerance = share_of(float(promised.max()))
    claimed = case.rows.take(name, "committed_gpus")
    book.equal("input", name, "committed_gpus", claimed, due, unit="GPUs", tolerance=tolerance)
    claimed = case.rows.take(name, "short_gpus")
    book.equal("reserved_short", name, "short_gpus", claimed, short, unit="GPUs", tolerance=tolerance)
    if served.accepted:
        limit = "commitment"
        book.at_most(
            "reserved_committed", name, "gpus", served.gpus, due, unit="GPUs", tolerance=tolerance, limit_name=limit
        )
        _post(case, served, short, promised)
    spans = _spans(case, terms)
    touched = [span for span in spans if span.periods]
    hours = SHARE * max(1.0, most * case.hours * case.committed)
    judged = {}
    for span in touched:
        verdict = _judge(case, served, span, due)
        judged[span.start.timestamp()] = verdict
        if served.accepted:
            _check_floor(case, terms, span, verdict)
            _post_credit(case, terms, span, verdict)
        _report(case, served, short, span, verdict, hours)
    if not touched:
        _report(case, served, short, None, None, hours)
    return _state(case, served, due, spans, judged)


def _post(case: Case, served: Served[Reserved], short: Floats, promised: Floats) -> None:
    terms, name = served.contract, served.name
    scale = np.minimum(promised, served.most_gpus) * case.hours
    price = terms.price_usd_per_gpu_hour
    case.ledger.post(name, LedgerKind.CONTRACT_REVENUE, price * served.gpus * case.hours, price * scale)
    rate = terms.shortfall_usd_per_gpu_hour
    case.ledger.post(name, LedgerKind.SHORTFALL_PENALTY, -rate * short * case.hours, rate * promised * case.hours)


def _spans(case: Case, terms: Reserved) -> list[Span]:
    """Billing periods: the stated ones, else the local months that the horizon or a record touches."""
    zone = case.horizon.zone
    records = terms.begun(case.scenario.state.contracts.get(terms.name)).billing
    edges: list[tuple[datetime, datetime, float, float]] = []
    if terms.billing_periods:
        for given in terms.billing_periods:
            rest = given.rest_committed_gpu_hours
            kept = rest if given.rest_delivered_gpu_hours is None else given.rest_delivered_gpu_hours
            edges.append((localize(given.start, zone), localize(given.end, zone), rest, kept))
    else:
        moments = [*case.horizon.starts, *(localize(record.start, zone) for record in records)]
        for year, month in sorted({(moment.year, moment.month) for moment in moments}):
            number = year * 12 + month - 1
            opens, closes = (datetime.fromtimestamp(month_start(n, zone) * 60.0, zone) for n in (number, number + 1))
            edges.append((opens, closes, 0.0, 0.0))
    spans = []
    begin = case.horizon.start_minutes
    for start, end, rest, kept in edges:
        inside = (begin >= start.timestamp() / 60.0) & (begin < end.timestamp() / 60.0)
        found = next((r for r in records if same_moment(localize(r.start, zone), start)), None)
        record = found or BillingRecord(start=start)
        spans.append(Span(start, end, rest, kept, np.flatnonzero(inside).tolist(), record, found is not None))
    return spans


def _judge(case: Case, served: Served[Reserved], span: Span, due: Floats) -> Judgement:
    if not served.accepted:
        return Judgement(0.0, 0.0, 1.0, None, 0.0, SHARE)
    terms, record = served.contract, span.record
    committed = record.committed_gpu_hours + span.rest_committed
    delivered = record.delivered_gpu_hours + span.rest_delivered
    for t in span.periods:
        committed += float(due[t]) * case.hours
        delivered += float(served.gpus[t]) * case.hours
    tolerance = SHARE * max(1.0, committed)
    if committed <= 0:
        return Judgement(committed, delivered, 1.0, None, 0.0, tolerance)
    breached = [tier for tier in terms.tiers if delivered < (tier.below - TIER_SLACK) * committed]
    worst = max(breached, key=lambda tier: (tier.credit_share, -tier.below), default=None)
    credit = worst.credit_share * committed * terms.price_usd_per_gpu_hour if worst else 0.0
    return Judgement(committed, delivered, delivered / committed, worst, credit, tolerance)


def _check_floor(case: Case, terms: Reserved, span: Span, verdict: Judgement) -> None:
    floor = terms.availability_floor
    if floor is None or verdict.delivered >= (floor - TIER_SLACK) * verdict.committed:
        return
    missing = floor * verdict.committed - verdict.delivered
    message = (
        f"availability of the billing period from {span.start.isoformat()} is {number(verdict.availability)}, "
        f"below the floor of {number(floor)}: {number(missing)} GPU-hours are missing"
    )
    case.book.add("availability_floor", terms.name, span.periods[-1], message, amount=missing, unit="GPU-hours")


def _post_credit(case: Case, terms: Reserved, span: Span, verdict: Judgement) -> None:
    """Book the change of the expected credit in the billing period's last period that is committed, if any."""
    published = [t for t in span.periods if t < case.committed]
    change = -(verdict.credit_usd - span.record.credit_booked_usd)
    fee = verdict.committed * terms.price_usd_per_gpu_hour
    case.ledger.post_once(terms.name, LedgerKind.SERVICE_CREDIT, (published or span.periods)[-1], change, fee)


def _report(
    case: Case,
    served: Served[Reserved],
    short: Floats,
    span: Span | None,
    verdict: Judgement | None,
    hours: float,
) -> None:
    """What the schedule's contract row about a billing period must say; all of the committed part without one."""
    within = range(case.length) if span is None else span.periods
    published = [t for t in within if t < case.committed] if served.accepted else []
    fields: Fields = {
        "name": Expected(served.name),
        "kind": Expected("reserved"),
        "accepted": Expected(served.accepted),
        "billing_start": Expected(None if span is None else span.start),
        "delivered_gpu_hours": Expected(float(served.gpus[published].sum()) * case.hours, "GPU-hours", hours),
        "short_gpu_hours": Expected(float(short[published].sum()) * case.hours, "GPU-hours", hours),
        "finish": Expected(None),
        "lateness_hours": Expected(0.0, "h", or_none=True),
    }
    if verdict is None:
        fields |= {
            "availability": Expected(None),
            "credit_tier": Expected(None),
            "credit_usd": Expected(0.0, "USD", or_none=True),
        }
    else:
        money = SHARE * max(1.0, verdict.committed * served.contract.price_usd_per_gpu_hour)
        fields |= {
            "availability": Expected(verdict.availability, "", SHARE * max(1.0, verdict.availability)),
            "credit_tier": Expected(None if verdict.tier is None else verdict.tier.below, "", 1e-12),
            "credit_usd": Expected(verdict.credit_usd, "USD", money),
        }
    case.reports.append(fields)


def _state(
    case: Case,
    served: Served[Reserved],
    due: Floats,
    spans: list[Span],
    judged: dict[float, Judgement],
) -> Fields:
    """Acceptance and the records of billing periods that are not over at the seam."""
    seam = case.horizon.at(case.committed).timestamp()
    price = served.contract.price_usd_per_gpu_hour
    records = Records()
    for span in spans:
        published = [t for t in span.periods if t < case.committed] if served.accepted else []
        if seam >= span.end.timestamp() or not (published or span.recorded or not served.accepted):
            continue
        committed = span.record.committed_gpu_hours + float(due[published].sum()) * case.hours
        delivered = span.record.delivered_gpu_hours + float(served.gpus[published].sum()) * case.hours
        booked = judged[span.start.timestamp()].credit_usd if published else span.record.credit_booked_usd
        tolerance = SHARE * max(1.0, committed)
        verdict = judged.get(span.start.timestamp())
        fee = price * (verdict.committed if verdict else committed)
        needed = served.accepted and (bool(published) or span.start.timestamp() <= seam)
        records.add(
            span.start,
            {
                "committed_gpu_hours": Expected(committed, "GPU-hours", tolerance),
                "delivered_gpu_hours": Expected(delivered, "GPU-hours", tolerance),
                "credit_booked_usd": Expected(booked, "USD", SHARE * max(1.0, fee)),
            },
            needed,
        )
    return {"kind": Expected("reserved"), "accepted": Expected(served.accepted), "billing": Expected(records)}
