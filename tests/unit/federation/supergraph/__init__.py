"""Tests of the supergraph as values and as text."""
