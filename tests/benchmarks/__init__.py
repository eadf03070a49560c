"""`python -m tests.benchmarks`: what a plan costs in time and memory, against the bars that we hold."""
