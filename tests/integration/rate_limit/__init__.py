"""Rate limits over a real Redis."""
