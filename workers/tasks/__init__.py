"""The handlers of commands and events, one module for each domain."""
