"""Where the text of an operation comes from: manifests, hashes, ids; and who uses which."""
