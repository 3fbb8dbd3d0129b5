"""Use cases of the ai domain."""
