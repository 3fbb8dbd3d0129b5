"""Reads of the media domain."""
