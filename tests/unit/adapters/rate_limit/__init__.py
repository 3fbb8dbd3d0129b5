"""Tests of adapters/rate_limit."""
