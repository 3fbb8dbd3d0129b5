"""Figures and traces of what the front and the engine do."""
