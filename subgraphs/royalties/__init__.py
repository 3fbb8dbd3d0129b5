"""The royalties subgraph: splits, ledger and statements."""
