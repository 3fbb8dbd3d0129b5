"""Batched reads by key, made anew for each request."""
