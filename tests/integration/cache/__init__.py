"""Kept answers, in memory and in a real Redis."""
