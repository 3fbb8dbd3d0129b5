"""The use cases of the ai domain."""
