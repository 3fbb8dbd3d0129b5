"""Recordings: what they are, what they say of themselves, and how they become streams."""
