"""The supergraph: its frozen model, its SDL form, and what clients see of it."""
