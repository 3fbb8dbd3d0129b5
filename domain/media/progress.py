"""How work tells how far it is."""

from collections.abc import Awaitable, Callable

OnProgress = Callable[[float], Awaitable[None]]
"""Hears how much is done, from 0 to 1, never backwards."""
OnStepProgress = Callable[[float, str], Awaitable[None]]
"""Hears how much of the whole is done, and which step is at work."""
