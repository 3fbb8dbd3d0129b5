"""Tests of worker processes that are killed."""
