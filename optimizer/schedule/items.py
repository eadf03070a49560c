"""Items of dispatch that no scenario names."""

DAY_AHEAD = "day ahead"
"""The day-ahead market: what was bought there, and its price."""
