"""Who is let in, how often, and what they may learn of the schema."""
