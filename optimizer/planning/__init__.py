"""From arrays to a schedule: which solver answers, how its answer is read, ties, the month ahead, rules of thumb."""
