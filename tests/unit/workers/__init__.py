"""Tests of the workers' parts, each in one process."""
