"""Tests of what a process tells of itself."""
