"""Use cases of the nft domain: asking for tokens, minting, indexing, reading."""
