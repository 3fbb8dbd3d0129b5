"""Following, liking, commenting and being told: records and rules."""
