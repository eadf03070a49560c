"""The site: halls and their cooling, the meter, and what is held by hand."""
