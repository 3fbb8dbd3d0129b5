"""Tests of mints whose worker or node is killed."""
