"""Use cases of the royalties domain."""
