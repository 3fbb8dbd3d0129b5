"""Tests of adapters/cache."""
