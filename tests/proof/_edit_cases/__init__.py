"""Edits that make a feasible scenario infeasible, by what they touch, and the yard that they are made in."""
