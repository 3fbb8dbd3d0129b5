"""The ai subgraph: recommendations, and what sounds alike."""
