"""Answers and entities that are kept, and how they are forgotten."""
