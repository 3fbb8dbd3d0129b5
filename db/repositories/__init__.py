"""Reads for update and writes inside a unit of work, one module for each domain."""
