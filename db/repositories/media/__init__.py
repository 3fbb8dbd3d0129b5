"""The media domain inside a unit of work."""
