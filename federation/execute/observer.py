"""What the engine tells of its own work to whoever measures it; by default to nobody."""

from contextlib import AbstractContextManager
from typing import Protocol


class Observer(Protocol):
    """Is told where the engine works itself.

    What it asks of subgraphs goes through transports, where anybody can listen who gives one.
    """

    def preparing(self) -> AbstractContextManager[object]:
        """Entered while an operation is validated and planned that is not known yet.

        It must not raise, nor keep anybody waiting.
        """
        ...
