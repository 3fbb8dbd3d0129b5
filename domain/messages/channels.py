"""Names of live streams."""

from typing import Final

from domain.ids import JobId, PlaylistId, UserId

GAP: Final = b""
"""Comes instead of a message where some were lost: read the state again, then follow on."""

PARTNER_KEYS: Final = "partner-keys"
"""Says that a partner's key was made or ended."""


OPERATOR: Final = "cache:purges"
"""What an operator tells all gateways to forget of what they keep."""


def changes(name: str) -> str:
    """Events of this name, for those who keep what they make old."""
    return f"changes:{name}"


def playback(user_id: UserId) -> str:
    """Moves of a listener's playback, over all their sessions and devices."""
    return f"playback:{user_id}"


def playlist(playlist_id: PlaylistId) -> str:
    """Changes of one playlist."""
    return f"playlist:{playlist_id}"


def notifications(user_id: UserId) -> str:
    """Notifications of one account."""
    return f"notifications:{user_id}"


def job(job_id: JobId) -> str:
    """Progress of one job."""
    return f"job:{job_id}"
