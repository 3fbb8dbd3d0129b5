"""Tests of the web surface."""
