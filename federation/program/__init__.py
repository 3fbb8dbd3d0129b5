"""Programs: fetch documents made ready to run on an executable schema."""
