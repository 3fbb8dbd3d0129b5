"""Tests of the words of the federation specs."""
