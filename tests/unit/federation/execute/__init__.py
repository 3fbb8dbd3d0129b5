"""Tests of execution, piece by piece."""
