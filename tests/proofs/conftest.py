"""Fixtures of the proofs: real processes, as in the end-to-end tests."""

from tests.e2e.conftest import redis_server, site

__all__ = ["redis_server", "site"]
