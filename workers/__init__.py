"""Background work: queues, the relay, and the handlers of commands and events."""
