"""What all tables of the media domain belong to."""

from sqlalchemy import MetaData

from db.tables.platform import NAMING

metadata = MetaData(naming_convention=NAMING)
