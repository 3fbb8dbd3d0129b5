"""The subgraphs, each by itself."""
