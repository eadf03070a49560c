"""Faults from outside, by where they come from, and the ground that they happen on."""
