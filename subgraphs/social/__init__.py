"""The social subgraph: follows, likes, comments and notifications."""
