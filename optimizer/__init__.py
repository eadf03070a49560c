"""wattshift: plan, hour by hour, where a facility's megawatts earn most."""
