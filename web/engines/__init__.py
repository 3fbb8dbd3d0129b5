"""Engines over the subgraphs: of this process, of others, of any supergraph."""
