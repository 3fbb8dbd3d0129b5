"""Use cases of the users domain."""
