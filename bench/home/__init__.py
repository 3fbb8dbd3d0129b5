"""The home screen of six domains on PostgreSQL: our gateway, an ORM, and a hand-written route."""
