"""What money and shares of it have in common."""

BASIS_POINTS = 10_000
"""A whole, in basis points."""
