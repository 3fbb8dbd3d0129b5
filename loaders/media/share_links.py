"""Reads of share links."""

from sqlalchemy import Text, bindparam, select

from db.read import query
from db.tables.media.share_links import share_links, share_passes
from domain.media.share_links import ShareLink, SharePass
from loaders.pages import LIMIT

TOKEN = bindparam("token_hash", type_=Text)

LINK_BY_TOKEN = query(select(share_links).where(share_links.c.token_hash == TOKEN), ShareLink)
LINK_BY_ID = query(
    select(share_links).where(share_links.c.id == bindparam("id", type_=Text)), ShareLink
)
PASS_BY_TOKEN = query(select(share_passes).where(share_passes.c.token_hash == TOKEN), SharePass)
LINKS_OF_OWNER = query(
    select(share_links)
    .where(
        share_links.c.owner_id == bindparam("owner_id", type_=Text),
        share_links.c.id < bindparam("before", type_=Text),
    )
    .order_by(share_links.c.id.desc())
    .limit(LIMIT),
    ShareLink,
)
