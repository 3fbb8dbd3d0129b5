"""The compiled executor beside graphql-core, on whatever chance comes up with."""
