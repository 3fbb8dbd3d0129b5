"""What carries the bus's messages: SQLite event logs (embedded) or a Redis stream."""
