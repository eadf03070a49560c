"""The rule of a utility's bill (domain section 6): what a load on intervals costs, line by line and month by month.

It stands here once. `optimizer.tariff.bill` bills a metered load by it; `optimizer.model.bill` reads from it the
numbers of a plan's columns, and the dollars of what the plan imports. The audit has a rule of its own.

Where the two loads differ on purpose, the rule is told:

- `LoadSteps`. A metered load is cut (`optimizer.tariff.metered`) until every window and block begins and ends with an
  interval. A plan's periods are not, as each would be several rows: one that a window cuts counts for its demand as a
  whole, and its energy by the share of its steps. The load's power is in kW, the plan's in MW.
- `Before`. A metered load is the whole record of its months, and only a history of earlier peaks is given. A plan goes
  on with months that are under way, and with a metering block. It also knows of peaks that its months are expected to
  see anyway: they are not billed, but what a plan adds (`ChargeRule.demand_usd`) is counted from them.
- Coincident windows. A metered load pays for its mean in them. A horizon may be short: there each step of the calendar
  month in them is as likely (`weights_in_windows`, `among`). Known peaks: a metered load pays in the month in which
  they start, if it holds that moment; a plan in each period for the part of it.
- The minimum. Every month of a metered load is compared, and whole years; of a plan those that end in the horizon.
- Tiers of energy. Each time-of-use period of a metered load may have its own (`bill_energy`). A plan takes only periods
  with the same ends and steps, so that what tiers add follows from the month's energy alone (`TierRule`).
"""
