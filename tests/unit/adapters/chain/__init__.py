"""The chain adapter: ledger, JSON-RPC, keys and build."""
