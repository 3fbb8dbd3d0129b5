"""Tests of the live bus in one process."""
