"""Reads of what listeners keep offline."""

from sqlalchemy import BigInteger, Integer, Text, bindparam, select, tuple_

from db.read import query
from db.tables.media.downloads import downloads
from db.tables.media.playback import devices
from db.types import Instant
from domain.media.downloads import Download
from domain.media.playback_records import Device

_OF_DEVICE = (
    downloads.c.user_id == bindparam("user_id", type_=Text),
    downloads.c.device_id == bindparam("device_id", type_=Text),
)
CHANGED_DOWNLOADS = query(
    select(downloads)
    .where(*_OF_DEVICE, downloads.c.change > bindparam("change", type_=BigInteger))
    .order_by(downloads.c.change, downloads.c.id)
    .limit(bindparam("limit", type_=Integer)),
    Download,
)
"""What was licensed, renewed, changed or removed on a device since a change, in their order."""

EXPIRED_DOWNLOADS = query(
    select(downloads)
    .where(
        *_OF_DEVICE,
        tuple_(downloads.c.expires_at, downloads.c.id)
        > tuple_(bindparam("after", type_=Instant), bindparam("id", type_=Text)),
        downloads.c.expires_at <= bindparam("now", type_=Instant),
        downloads.c.removed_at.is_(None),
    )
    .order_by(downloads.c.expires_at, downloads.c.id)
    .limit(bindparam("limit", type_=Integer)),
    Download,
)
"""Licences on a device that ran out between two moments, in their order."""

DEVICE_BY_ID = query(
    select(devices).where(devices.c.id == bindparam("device_id", type_=Text)), Device
)
