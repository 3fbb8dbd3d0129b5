"""Use cases of the social domain."""
