"""The nft subgraph by itself."""
