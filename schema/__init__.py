"""The vocabulary that all subgraphs share."""
