"""The audits of GraphQL over HTTP that the package graphql-http brings."""
