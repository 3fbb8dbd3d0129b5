"""Live messages between processes: a supervised bus over an event log or Redis."""
