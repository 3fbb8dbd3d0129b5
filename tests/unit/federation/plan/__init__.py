"""Tests of planning, phase by phase."""
