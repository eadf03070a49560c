"""How a plan is shown: to people in a terminal, to programs as one JSON object."""
