"""The utility's bill in the model: months, metering, demand and what it costs, tiers, what is booked."""
