"""Commands (do this) and events (this happened): how domains and processes talk."""
