"""A real tus client, and gateways that are killed under it."""
