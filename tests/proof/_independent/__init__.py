"""A second model of the core, in PuLP's own objects: one variable a quantity and period, one constraint a sentence.

Written from domain.md and the docstrings of `optimizer.scenario` and `optimizer.schedule` alone; it shares with the
planner only how a scenario is read. Slow, plain, and for comparing.
"""
