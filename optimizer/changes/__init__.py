"""Scenario to scenario and nothing else: acceptance, position, a part of the horizon, as it came, handover."""
