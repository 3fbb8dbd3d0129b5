"""Tests with real files, processes and services."""
