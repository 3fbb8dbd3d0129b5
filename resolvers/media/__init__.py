"""Use cases of the media domain."""
