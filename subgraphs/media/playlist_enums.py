"""Enumerations of playlists: registered before any type or input names one."""

import strawberry

from domain.media.playlists.records import CollaboratorRole, PlaylistChangeKind, PlaylistPrivacy

strawberry.enum(
    PlaylistPrivacy,
    description=(
        "PRIVATE: its owner and collaborators. UNLISTED: whoever knows its id. "
        "PUBLIC: lists hold it, too."
    ),
)
strawberry.enum(CollaboratorRole, description="An EDITOR may change the items; a VIEWER looks.")
strawberry.enum(PlaylistChangeKind, description="What was done with a playlist.")

__all__ = ["CollaboratorRole", "PlaylistChangeKind", "PlaylistPrivacy"]
