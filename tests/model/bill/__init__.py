"""Tests of the bill in the model."""
