"""Cases of federation: subgraphs, data, an operation, its plan and its answer."""
