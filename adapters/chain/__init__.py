"""The chain: a client for any JSON-RPC node, and an EVM of our own for one machine."""
