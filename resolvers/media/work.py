"""The unit of work that all use cases of media share."""

from db.repositories.media.catalogue import MediaRepository
from db.unit_of_work import UnitOfWork

MediaWork = UnitOfWork[MediaRepository]
