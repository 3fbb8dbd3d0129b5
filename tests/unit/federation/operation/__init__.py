"""Tests of operations in normal form."""
