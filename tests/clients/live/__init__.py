"""Subscriptions as graphql-ws and graphql-sse follow them."""
