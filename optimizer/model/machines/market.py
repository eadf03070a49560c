"""What hashrate earns (domain section 2): subsidy, hashprice and break-even.

hashprice [USD/PH/day] = (subsidy + fees per block) × 144 × BTC price / network hashrate [PH/s]
subsidy at height h    = 50 / 2^(h // 210,000) BTC
network hashrate       = D × 2^32 / 600 H/s
"""

from __future__ import annotations

import numpy as np

from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Series, align
from solvers.problem import Floats

BLOCKS_PER_DAY = 144
BLOCK_SECONDS = 600.0
HALVING_BLOCKS = 210_000


def subsidy_btc(height: Floats) -> Floats:
    """Block subsidy at each height [BTC]."""
    return np.asarray(50.0 / 2.0 ** np.floor(height / HALVING_BLOCKS))


def mean_subsidy_btc(first_height: float, horizon: Horizon) -> Floats:
    """Time-weighted mean subsidy of each period, the height advancing one block per 600 s, (periods,)."""
    blocks = horizon.hours * 3600.0 / BLOCK_SECONDS
    begin: Floats = first_height + blocks * np.arange(horizon.periods, dtype=float)
    end = begin + blocks
    # At most one halving falls into a period: 210,000 blocks are about four years.
    halving = (np.floor(begin / HALVING_BLOCKS) + 1.0) * HALVING_BLOCKS
    before = np.clip(halving - begin, 0.0, blocks) / blocks
    mean = before * subsidy_btc(begin) + (1.0 - before) * subsidy_btc(np.maximum(end, halving))
    return np.asarray(mean)


def network_hashrate_ph_per_s(difficulty: Floats) -> Floats:
    """Hashrate of the network that a difficulty stands for [PH/s]."""
    return np.asarray(difficulty * 2.0**32 / BLOCK_SECONDS / 1e15)


def hashprice_usd_per_ph_day(
    subsidy: Floats, fees_btc_per_block: Floats, btc_price_usd: Floats, network_ph_per_s: Floats
) -> Floats:
    """Hashprice from what it follows from [USD per PH/s per day]."""
    blocks_btc = (subsidy + fees_btc_per_block) * BLOCKS_PER_DAY
    return np.asarray(blocks_btc * btc_price_usd / network_ph_per_s)


def hashprice(bitcoin: Bitcoin, horizon: Horizon, height_before: float | None = None) -> Floats:
    """The scenario's hashprice in each period, before the pool fee, (periods,) [USD per PH/s per day].

    `height_before` is the height handed over by an earlier plan; it takes the place of the given one.
    """
    if bitcoin.hashprice_usd_per_ph_day is not None:
        return align(bitcoin.hashprice_usd_per_ph_day, horizon)
    price = align(_given(bitcoin.btc_price_usd, "btc_price_usd"), horizon)
    if bitcoin.hashprice_btc_per_ph_day is not None:
        return align(bitcoin.hashprice_btc_per_ph_day, horizon) * price
    height = bitcoin.block_height if height_before is None else height_before
    if height is None:  # the scenario's checks refuse this earlier
        raise ValueError("bitcoin.block_height is missing")
    if bitcoin.network_hashrate_eh_per_s is not None:
        network = align(bitcoin.network_hashrate_eh_per_s, horizon) * 1000.0
    else:
        network = network_hashrate_ph_per_s(align(_given(bitcoin.difficulty, "difficulty"), horizon))
    subsidy = mean_subsidy_btc(height, horizon)
    fees = align(bitcoin.fees_btc_per_block, horizon)
    return hashprice_usd_per_ph_day(subsidy, fees, price, network)


def breakeven_power_price_usd_per_mwh(
    hashprice_usd: float, efficiency_j_per_th: float, *, pool_fee: float = 0.0, pue: float = 1.0
) -> float:
    """Power price at the meter at which a machine earns nothing [USD/MWh]:
    hashprice × (1 − pool fee) × 1000 / (24 × J/TH × PUE)."""
    return hashprice_usd * (1.0 - pool_fee) * 1000.0 / (24.0 * efficiency_j_per_th * pue)


def breakeven_btc_price_usd(revenue_usd: float, cost_usd: float, btc_price_usd: float) -> float:
    """BTC price at which mining revenue, which is proportional to it, equals a cost [USD per BTC].

    Marginal break-even takes electricity and cooling as the cost; full break-even adds maintenance and
    depreciation. Say which.
    """
    return btc_price_usd * cost_usd / revenue_usd


def _given(value: Series | None, name: str) -> Series:
    if value is None:  # the scenario's checks refuse this earlier
        raise ValueError(f"bitcoin.{name} is missing")
    return value
