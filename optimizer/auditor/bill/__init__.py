"""The utility's bill, recomputed: months, metering, demand, tiers, standing charges, what is handed on."""
