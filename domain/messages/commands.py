"""Everything that can be asked of a worker; each becomes one job."""

from datetime import datetime
from hashlib import sha256

from domain.ids import (
    ArtistId,
    PlayableKey,
    PlayableKind,
    PlaybackSessionId,
    TokenId,
    TrackId,
    UploadId,
    UserId,
)
from domain.messages.envelope import Command


class ImportFolder(Command, frozen=True, kw_only=True):
    """Read a folder of the machine and import each audio file in it."""

    name = "media.import_folder.v1"
    folder: str
    owner_id: UserId


class ImportFile(Command, frozen=True, kw_only=True):
    """Bring one file of the machine into the catalogue."""

    name = "media.import_file.v1"
    path: str
    owner_id: UserId

    @property
    def dedupe_key(self) -> str:
        """One import for each file and owner while it is under way."""
        digest = sha256(self.path.encode()).hexdigest()  # a path may be too long for an index
        return f"import:{self.owner_id}:{digest}"


class ProcessPlayable(Command, frozen=True, kw_only=True):
    """Read, measure and transcode the original file of something playable."""

    name = "media.process_playable.v1"
    queue = "media"
    kind: PlayableKind
    playable_id: str

    @property
    def dedupe_key(self) -> str:
        """One processing of a thing at a time."""
        return process_key(self.playable_id)


def process_command(key: PlayableKey) -> ProcessPlayable:
    """Process something by its key."""
    return ProcessPlayable(kind=key.kind, playable_id=key.id)


def process_key(playable_id: str) -> str:
    """What all processing of a playable has in common: ids are unique over all kinds."""
    return f"process:{playable_id}"


class DropStream(Command, frozen=True, kw_only=True):
    """Delete the objects of a stream that is served no more."""

    name = "media.drop_stream.v1"
    kind: PlayableKind
    playable_id: str
    folder: str

    @property
    def dedupe_key(self) -> str:
        """Each stream goes once."""
        return drop_key(self.folder)


def drop_key(folder: str) -> str:
    """What names the deletion of a stream."""
    return f"drop:{folder}"


class SweepObjects(Command, frozen=True, kw_only=True):
    """Delete objects that nothing refers to."""

    name = "media.sweep_objects.v1"

    @property
    def dedupe_key(self) -> str:
        """One at a time."""
        return "sweep"


class ProcessTrack(Command, frozen=True, kw_only=True):
    """What was queued before other things than tracks could be processed."""

    name = "media.process_track.v1"
    queue = "media"
    track_id: TrackId

    @property
    def dedupe_key(self) -> str:
        """One processing of a track at a time."""
        return process_key(self.track_id)


class RotateStorageKeys(Command, frozen=True, kw_only=True):
    """Renew the key that objects are sealed under when it is due, and bring them all under it."""

    name = "media.rotate_storage_keys.v1"


class ReleaseDue(Command, frozen=True, kw_only=True):
    """Let go whatever was planned to be let go by now."""

    name = "media.release_due.v1"


class IndexNames(Command, frozen=True, kw_only=True):
    """Let search find an artist's albums and tracks by the names that they have now."""

    name = "media.index_names.v1"
    artist_id: ArtistId


class RankPlays(Command, frozen=True, kw_only=True):
    """Score new plays, and let feeds and search follow."""

    name = "media.rank_plays.v1"


class LearnWords(Command, frozen=True, kw_only=True):
    """Take the words of what was indexed into search's vocabulary."""

    name = "media.learn_words.v1"


class FallAsleep(Command, frozen=True, kw_only=True):
    """Pause a session whose sleep timer's time has come."""

    name = "media.fall_asleep.v1"
    session_id: PlaybackSessionId
    sleep_at: datetime

    @property
    def dedupe_key(self) -> str:
        """One for each setting of a timer."""
        return f"sleep:{self.session_id}:{self.sleep_at.isoformat()}"


class TakeInUpload(Command, frozen=True, kw_only=True):
    """Put the pieces of a file together and keep it as an original."""

    name = "media.take_in_upload.v1"
    queue = "media"
    upload_id: UploadId

    @property
    def dedupe_key(self) -> str:
        """One taking-in of an upload at a time."""
        return f"take-in:{self.upload_id}"


class SweepUploads(Command, frozen=True, kw_only=True):
    """Remove what is left of uploads that expired."""

    name = "media.sweep_uploads.v1"


class MintToken(Command, frozen=True, kw_only=True):
    """Bring a prepared token onto the chain."""

    name = "nft.mint_token.v1"
    queue = "chain"
    token_id: TokenId

    @property
    def dedupe_key(self) -> str:
        """One mint for each token, ever."""
        return f"mint:{self.token_id}"


class IndexChain(Command, frozen=True, kw_only=True):
    """Read new blocks into the tables."""

    name = "nft.index_chain.v1"
    queue = "chain"


class EmbedTrack(Command, frozen=True, kw_only=True):
    """Compute a track's audio embedding and its neighbours."""

    name = "ai.embed_track.v1"
    queue = "model"
    track_id: TrackId
    source_key: str

    @property
    def dedupe_key(self) -> str:
        """One embedding for each original file."""
        return f"embed:{self.track_id}:{self.source_key}"


class TrainRecommender(Command, frozen=True, kw_only=True):
    """Learn from behaviour and write a new artefact."""

    name = "ai.train_recommender.v1"
    queue = "model"
