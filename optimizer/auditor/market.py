"""What hashrate earns: hashprice from the chain's own arithmetic.

hashprice [USD/PH/day] = (subsidy + fees) × 144 × BTC price / network hashrate [PH/s]
subsidy at height h = 50 / 2^(h // 210,000) BTC; the height advances one block per 600 s
"""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import Floats, relative
from optimizer.auditor.case import Case
from optimizer.scenario.series import align

BLOCKS_PER_ERA = 210_000
SECONDS_PER_BLOCK = 600.0
BLOCKS_PER_HOUR = 6.0


def start_height(case: Case) -> float | None:
    """Height of the chain at the start, where hashprice follows from it; else None."""
    bitcoin = case.scenario.bitcoin
    if bitcoin is None:
        return None
    if bitcoin.hashprice_usd_per_ph_day is not None or bitcoin.hashprice_btc_per_ph_day is not None:
        return None
    handed_over = case.scenario.state.block_height
    return bitcoin.block_height if handed_over is None else handed_over


def mean_subsidy(height: float, periods: int, seconds: float) -> Floats:
    """Time-weighted mean block subsidy [BTC] of each period of so many seconds, (periods,), from a height on."""
    begins = np.arange(periods) * seconds
    ends = begins + seconds
    total = np.zeros(periods)
    era = int(height // BLOCKS_PER_ERA)
    opens = 0.0
    while opens < ends[-1]:
        closes = ((era + 1) * BLOCKS_PER_ERA - height) * SECONDS_PER_BLOCK
        inside = np.minimum(ends, closes) - np.maximum(begins, opens)
        total += np.maximum(inside, 0.0) * 50.0 / 2.0**era
        era += 1
        opens = closes
    return np.asarray(total / seconds)


def hashprice(case: Case) -> Floats:
    """USD per PH/s per day before the pool fee, (periods,)."""
    bitcoin = case.scenario.bitcoin
    horizon = case.horizon
    if bitcoin is None:
        return np.zeros(case.length)
    if bitcoin.hashprice_usd_per_ph_day is not None:
        return align(bitcoin.hashprice_usd_per_ph_day, horizon)
    btc_price = align(0.0 if bitcoin.btc_price_usd is None else bitcoin.btc_price_usd, horizon)
    if bitcoin.hashprice_btc_per_ph_day is not None:
        return align(bitcoin.hashprice_btc_per_ph_day, horizon) * btc_price
    if bitcoin.difficulty is not None:
        network_ph = align(bitcoin.difficulty, horizon) * 2.0**32 / SECONDS_PER_BLOCK / 1e15
    else:
        network_ph = align(bitcoin.network_hashrate_eh_per_s or 0.0, horizon) * 1000.0
    subsidy = mean_subsidy(start_height(case) or 0.0, case.length, case.hours * 3600.0)
    reward = subsidy + align(bitcoin.fees_btc_per_block, horizon)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(network_ph > 0, reward * 144.0 * btc_price / network_ph, 0.0)


def audit_market(case: Case) -> Floats:
    """Hold the hashprice row against the audit's own; the own one, (periods,)."""
    if not case.scenario.fleets:
        return np.zeros(case.length)
    own = hashprice(case)
    claimed = case.rows.take("bitcoin", "hashprice_usd_per_ph_day")
    case.book.equal("input", "bitcoin", "hashprice", claimed, own, unit="USD/PH/day", tolerance=relative(own))
    return own
