"""Tests of the join graph."""
