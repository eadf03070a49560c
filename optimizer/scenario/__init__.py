"""What a plan is made from: input models, the grid of periods, series, loading and checks."""
