"""The outside world: one folder for each system, each behind a port."""
