"""Loops that go on after errors must still end when they are cancelled."""

import asyncio


def end_if_cancelled() -> None:
    """End the task here if it was cancelled before.

    A library that is cancelled while it connects may raise an error of its own instead, or go
    on: a loop that takes every error for a reason to try again would then never end.

    Raises:
        asyncio.CancelledError: this task was asked to end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
