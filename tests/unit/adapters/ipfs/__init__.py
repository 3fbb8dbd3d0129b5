"""Content identifiers."""
