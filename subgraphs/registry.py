"""The list of all subgraphs."""

from schema.definition import SubgraphDefinition
from subgraphs.ai.definition import AI
from subgraphs.media.definition import MEDIA
from subgraphs.nft.definition import NFT
from subgraphs.royalties.definition import ROYALTIES
from subgraphs.social.definition import SOCIAL
from subgraphs.users.definition import USERS

SUBGRAPHS: tuple[SubgraphDefinition, ...] = (USERS, MEDIA, SOCIAL, ROYALTIES, NFT, AI)
"""In the order in which they are composed."""
