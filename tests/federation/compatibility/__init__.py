"""What other routers expect of a subgraph, and subgraphs expect of a router."""
