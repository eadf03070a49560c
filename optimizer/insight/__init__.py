"""Questions to plans: why there is none, what one more is worth, figures that operators read."""
