"""What the feed of public changes is told of, by whoever writes."""

from resolvers.media.work import MediaWork


def note_change(uow: MediaWork, kind: str, key: str, *, is_public: bool) -> None:
    """Let the feed tell of a change of something; it gets its number right before the commit.

    `kind` is the name of its type. What nobody but its owner ever saw is told to nobody.
    """
    if uow.rows.note_change(kind, key, is_public=is_public):
        uow.at_commit(uow.rows.number_changes)
