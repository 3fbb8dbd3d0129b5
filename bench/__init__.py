"""Measures this project beside others: the same data, the same operations, equal answers."""
