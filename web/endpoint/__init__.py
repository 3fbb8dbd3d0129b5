"""/graphql itself: over HTTP, event streams, multipart and sockets."""
