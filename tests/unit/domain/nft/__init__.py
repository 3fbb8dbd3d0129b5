"""Rules of the nft domain."""
