"""Plan after plan: settling what came, planning again within the day, rolling day by day."""
