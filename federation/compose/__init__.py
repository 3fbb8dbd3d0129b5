"""Composes subgraphs into one supergraph."""
