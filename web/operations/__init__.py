"""Runs operations for all transports alike, and makes their answers."""
