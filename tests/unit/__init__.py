"""Tests without network or server; they mirror the source tree."""
