"""The tus protocol 1.0.0: files that come in pieces, and go on where they were cut off."""
