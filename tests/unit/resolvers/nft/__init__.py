"""Use cases of the nft domain."""
