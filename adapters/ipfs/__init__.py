"""Content identifiers of IPFS, computed here: no node is asked."""
