"""Tests of the audit of the bill."""
