"""The handlers, one module for each domain."""
