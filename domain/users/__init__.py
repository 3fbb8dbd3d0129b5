"""Accounts and sessions: records and rules."""
