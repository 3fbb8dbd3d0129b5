"""Planning: from an operation to the fetches that answer it."""
