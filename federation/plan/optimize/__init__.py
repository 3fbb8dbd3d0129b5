"""Passes that make the fetch graph smaller; each is pure and keeps its meaning."""
