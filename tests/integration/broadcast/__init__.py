"""Tests of the live bus between processes."""
