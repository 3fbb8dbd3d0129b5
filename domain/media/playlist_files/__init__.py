"""Playlists as files: M3U, XSPF and JSPF, read into one model and printed from it."""
