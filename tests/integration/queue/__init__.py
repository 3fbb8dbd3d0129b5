"""Tests of the Redis queue."""
