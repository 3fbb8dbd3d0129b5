"""The join graph: every type in every subgraph, and the moves between them."""
