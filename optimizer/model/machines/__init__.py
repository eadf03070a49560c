"""ASIC fleets and GPU nodes: groups in modes, nodes on, starts, minimum times, ramps; what mining earns."""
