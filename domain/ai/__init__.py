"""Taste: what is listened to, how it sounds, and what follows from both."""
