"""The users subgraph: accounts and sessions."""
