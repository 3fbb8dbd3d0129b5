"""How requests and answers are said: bytes, headers, media types, bounds of one request."""
