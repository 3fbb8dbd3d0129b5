"""The six schemas: GraphQL types that only declare, bound to records and use cases."""
