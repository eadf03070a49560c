"""What a unit of hashrate earns: hashprice, given or with what it follows from (domain section 2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Model, Share
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series


class Bitcoin(Model):
    """The market for hashrate. Give exactly one of:

    - `hashprice_usd_per_ph_day`;
    - `hashprice_btc_per_ph_day` with `btc_price_usd`;
    - `btc_price_usd`, `block_height` and either `network_hashrate_eh_per_s` or `difficulty`:
      hashprice = (subsidy + fees per block) × 144 × BTC price / network hashrate [PH/s], where the height
      advances one block per 600 s, so that a halving inside the horizon is crossed.
    """

    item: ClassVar[str] = "bitcoin"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("hashprice_usd_per_ph_day", "USD/PH/day", "before the mining pool's fee, where there are fleets"),
    )

    pool_fee: Share = 0.0
    """Share of mining revenue that the mining pool keeps."""
    hashprice_usd_per_ph_day: Series | None = None
    """USD per PH/s per day, before the pool fee."""
    hashprice_btc_per_ph_day: Series | None = None
    """BTC per PH/s per day; needs `btc_price_usd`."""
    btc_price_usd: Series | None = None
    """USD per BTC."""
    network_hashrate_eh_per_s: Series | None = None
    """Hashrate of the whole network [EH/s]."""
    difficulty: Series | None = None
    """Difficulty D; the network's hashrate is D × 2^32 / 600 H/s."""
    fees_btc_per_block: Series = 0.0
    """Transaction fees per block [BTC], beside the subsidy."""
    block_height: Annotated[float, Strict(), Field(ge=0, le=10_000_000)] | None = None
    """Height of the chain at the start of the horizon (fractional where a block is under way)."""
