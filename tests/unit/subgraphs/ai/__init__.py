"""The ai subgraph by itself."""
