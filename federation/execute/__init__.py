"""Execution: walks a plan, merges what subgraphs answer, and shapes the response."""
