"""Connections: the listening socket, and the protocols spoken on it."""
