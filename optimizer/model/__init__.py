"""From a scenario to arrays: `formulation` is the table of contents, `desk` what every component writes on."""
