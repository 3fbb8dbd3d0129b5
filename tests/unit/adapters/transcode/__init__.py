"""Tests of adapters/transcode."""
