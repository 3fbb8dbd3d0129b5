"""The nft subgraph: tokens of tracks."""
