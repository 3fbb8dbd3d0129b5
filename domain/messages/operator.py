"""What an operator tells all processes."""

from domain.messages.envelope import Message


class CachePurge(Message, frozen=True, kw_only=True):
    """Forget what is kept under tags like this."""

    name = "operator.cache_purge.v1"
    pattern: str
    """As `domain.cache_tags.require_pattern` takes it."""
