"""A rate of the Utility Rate Database (URDB): its fields, schedules and values, read into a tariff."""
