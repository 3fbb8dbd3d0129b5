"""Records made for tests."""
