"""Clients of others, from npm, against the real gateway."""
