"""The use cases, free of GraphQL: the gateway and the workers call the same ones."""
