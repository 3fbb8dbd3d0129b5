"""Tests of the federation engine, phase by phase."""
