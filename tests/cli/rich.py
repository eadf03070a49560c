"""A small day with everything in it: for tests of what is shown, written and audited."""

from __future__ import annotations

from pathlib import Path

RICH = """\
schema_version = 1
name = "rich"

[time]
zone = "America/Chicago"
start = 2026-01-05T00:00:00
committed_periods = 8
look_ahead_periods = 2

[site]
import_limit_mw = 12.0
ambient_c = [5.0, 6.0, 8.0, 11.0, 14.0, 16.0, 18.0, 19.0, 20.0, 20.0]
curtailment = [{ name = "call", start = 2026-01-05T06:00:00, end = 2026-01-05T07:00:00, import_limit_mw = 6.0 }]

[[site.halls]]
name = "yard"
it_limit_mw = 9.0
pue = { ambient_c = [0.0, 20.0], pue = [1.05, 1.15] }
overhead_mw = 0.1

[[site.halls]]
name = "gpus"
it_limit_mw = 1.0
pue = 1.3

[supply.energy]
price_usd_per_mwh = [20.0, 25.0, 30.0, 180.0, 220.0, 40.0, 30.0, 35.0, 60.0, 70.0]
adders = [{ name = "delivery", usd_per_mwh = 3.0 }]
loss_factor = 0.02

[bitcoin]
hashprice_usd_per_ph_day = 46.0
pool_fee = 0.01

[[fleets]]
name = "old"
hall = "yard"
units = 1000
groups = 5
modes = [
    { name = "sleep", power_w = 30.0 },
    { name = "low", power_w = 2400.0, hashrate_th_per_s = 105.0 },
    { name = "normal", power_w = 3000.0, hashrate_th_per_s = 125.0 },
]
availability = 0.95
warm_up_hours = 1.0
start_cost_usd = 4.0
min_up_hours = 2.0
min_down_hours = 1.0
starts_per_day = 8
running_cost_usd_per_machine_hour = 0.004

[[fleets]]
name = "new"
hall = "yard"
units = 1000
groups = 10
modes = [{ name = "normal", power_w = 3500.0, hashrate_th_per_s = 230.0 }]
start_cost_usd = 2.0
ramp_mw_per_hour = 3.0

[[pools]]
name = "h100"
hall = "gpus"
nodes = 20
gpus_per_node = 8
off_power_w = 100.0
idle_power_w = 2000.0
peak_power_w = 10000.0
nodes_available = [20.0, 20.0, 9.0, 9.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]
start_cost_usd = 3.0
min_up_hours = 2.0
running_cost_usd_per_node_hour = 1.0

[[contracts]]
kind = "reserved"
name = "acme"
pools = ["h100"]
utilisation = 0.6
gpu_unit = "gpu"
committed_gpus = 96.0
price_usd_per_gpu_hour = 2.0
shortfall_usd_per_gpu_hour = 0.5
tiers = [{ below = 0.99, credit_share = 0.1 }, { below = 0.9, credit_share = 0.25 }]
billing_periods = [
    { start = 2026-01-01T00:00:00, end = 2026-02-01T00:00:00, rest_committed_gpu_hours = 500.0 },
]

[[contracts]]
kind = "batch"
name = "fold"
pools = ["h100"]
gpu_unit = "gpu"
gpu_hours = 200.0
min_gpus = 8.0
max_gpus = 64.0
restart_gpu_hours = 4.0
release = 2026-01-05T00:00:00
deadline = 2026-01-05T08:00:00
price_usd_per_gpu_hour = 1.4
completion_usd = 50.0
penalty_usd_per_gpu_hour = 1.0

[[contracts]]
kind = "batch"
name = "offer"
pools = ["h100"]
optional = true
all_or_nothing = true
gpu_hours = 100.0
penalty_usd_per_gpu_hour = 0.5
max_gpus = 50.0
release = 2026-01-05T00:00:00
deadline = 2026-01-05T08:00:00
completion_usd = 1.0

[[contracts]]
kind = "spot"
name = "market"
pools = ["h100"]
demand_gpus = 40.0
price_usd_per_gpu_hour = [1.5, 1.5, 1.5, 1.6, 1.6, 1.5, 1.4, 1.3, 1.3, 1.3]

[state.fleets.old]
groups = [{ mode = "normal", groups = 5, hours = 5.0 }]
starts_today = 1

[state.fleets.new]
groups = [{ mode = "normal", groups = 10, hours = 50.0 }]

[state.pools.h100]
nodes = [{ on = true, nodes = 20, hours = 30.0 }]

[state.contracts.acme]
kind = "reserved"
billing = [
    { start = 2026-01-01T00:00:00, committed_gpu_hours = 900.0, delivered_gpu_hours = 880.0, credit_booked_usd = 20.0 },
]
"""

SELLING = (
    RICH.replace('name = "rich"', 'name = "selling"').replace(
        "pue = 1.3",
        """cooling = [
    { name = "chiller", power_share = 0.3 },
    { name = "free-air", power_share = 0.1, max_ambient_c = 15.0 },
    { name = "evaporative", power_share = 0.2, it_limit_mw = 0.1 },
]""",
    )
    + """
[[supply.batteries]]
name = "cells"
charge_limit_mw = 1.0
discharge_limit_mw = 1.0
energy_mwh = 3.0
start_energy_mwh = 1.5
wear_usd_per_mwh = 4.0

[[supply.reserves]]
name = "ECRS"
price_usd_per_mw_h = [9.0, 9.0, 12.0, 30.0, 30.0, 20.0, 9.0, 9.0, 9.0, 9.0]
providers = ["old", "new", "market", "cells"]
deployment_share = 0.05
min_block_mw = 0.5
max_mw = 4.0

[[supply.reserves]]
name = "regulation"
direction = "symmetric"
price_usd_per_mw_h = 14.0
providers = ["old", "cells"]
response_minutes = 5.0
duration_hours = 0.5
deployment_share = 0.1

[[supply.demand_response]]
name = "ERS"
start = 2026-01-05T02:30:00
end = 2026-01-05T04:00:00
baseline_mw = 6.5
committed_reduction_mw = 3.0
payment_usd_per_mwh = 100.0
penalty_usd_per_mwh = 20.0

[[overrides]]
item = "new"
start = 2026-01-05T05:00:00
end = 2026-01-05T05:30:00
power_mw = 1.4
"""
)
"""The same day with what a facility sells of its flexibility, cooling modes and a fleet held by hand."""

BILLED = (
    RICH.replace('name = "rich"', 'name = "billed"')
    .replace("price_usd_per_mwh = [20.0, 25.0, 30.0, 180.0, 220.0, 40.0, 30.0, 35.0, 60.0, 70.0]\n", "")
    .replace("adders = [", 'adders = [{ name = "retail", usd_per_mwh = 1.0 }, ')
    + """
[[supply.expected_peaks]]
charge = "flat"
month = "2026-01"
peak_mw = 4.0

[supply.tariff]
name = "large service"
holidays = "US-TX"

[[supply.tariff.energy]]
name = "peak"
windows = [{ days = ["weekday"], start = 03:00:00, end = 05:00:00 }]
tiers = [{ rate_usd_per_kwh = 0.12, up_to_kwh = 100000.0 }, { rate_usd_per_kwh = 0.13 }]

[[supply.tariff.energy]]
name = "rest"
tiers = [{ rate_usd_per_kwh = 0.03, up_to_kwh = 100000.0 }, { rate_usd_per_kwh = 0.04 }]

[[supply.tariff.demand]]
name = "flat"
tiers = [{ rate_usd_per_kw = 0.05 }]
ratchet = { share = 0.8, look_back_months = 11 }

[[supply.tariff.demand]]
name = "early"
windows = [{ start = 00:00:00, end = 02:30:00 }]
metering_minutes = 60
tiers = [{ rate_usd_per_kw = 0.01, up_to_kw = 2000.0 }, { rate_usd_per_kw = 0.02 }]

[[supply.tariff.coincident]]
name = "4CP"
rate_usd_per_kw = 13.75
probability = [0.0, 0.0, 0.0, 0.0, 0.003, 0.003, 0.0, 0.0, 0.0, 0.0]

[supply.tariff.fixed]
usd_per_month = 250.0

[[supply.tariff.taxes]]
name = "city"
percent = 2.0
lines = ["energy", "demand", "coincident", "fixed"]

[[state.tariff.months]]
month = "2025-07"
look_back_mw = { flat = 4.5 }

[[state.tariff.months]]
month = "2026-01"
import_mwh = 80.0
energy_usd = 3000.0
adders_usd = 320.0
coincident_usd = 40.0
peaks_mw = { flat = 2.0, early = 1.0 }
look_back_mw = { flat = 2.0 }
"""
)
"""The same day under a utility's tariff, in a month that has begun."""


def write(folder: Path, text: str = RICH) -> Path:
    """The day in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return folder
