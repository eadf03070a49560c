"""What stands on site beside the machines: renewables, generators, batteries."""
