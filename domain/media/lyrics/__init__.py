"""Lyrics: one model of lines and words, and the formats it is read from and printed to."""
