"""Scenario to scenario, and nothing else: what was accepted or bought, a part of the horizon, as it came, handed over."""
