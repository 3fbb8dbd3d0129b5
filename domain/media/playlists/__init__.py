"""Playlists: their records, their order, and what may be done with them."""
