"""Reads of uploads, and of how much room accounts have taken."""

from sqlalchemy import Text, bindparam, select

from db.read import query
from db.repositories.media.uploads import storage_use
from db.tables.media.uploads import file_uploads
from domain.media.upload_records import FileUpload, StorageUse

STORAGE_OF_OWNER = query(storage_use(), StorageUse)
UPLOAD_BY_ID = query(
    select(file_uploads).where(file_uploads.c.id == bindparam("upload_id", type_=Text)),
    FileUpload,
)
