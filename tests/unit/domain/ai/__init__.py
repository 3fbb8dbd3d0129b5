"""Rules of the ai domain."""
