"""An oracle for small scenarios: exhaustive enumeration, written without the optimisation model."""
