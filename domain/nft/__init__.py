"""Tokens of tracks: what may be minted, and how a mint moves to its end."""
