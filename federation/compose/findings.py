"""What composition finds: errors, which end it, and hints, which do not."""

from collections.abc import Sequence

from federation.compose.hints import Hint
from federation.errors import CompositionError, CompositionErrors
from federation.limits import COMPOSITION_ERRORS_MAX


class Findings:
    """Collects errors and hints, so that all are reported at once."""

    def __init__(self) -> None:
        self.errors: list[CompositionError] = []
        self.hints: list[Hint] = []

    def error(
        self, code: str, message: str, *, subgraphs: Sequence[str] = (), at: str = ""
    ) -> None:
        """Note one reason why the subgraphs do not compose."""
        if len(self.errors) < COMPOSITION_ERRORS_MAX:
            self.errors.append(
                CompositionError(message, code=code, subgraphs=subgraphs, coordinate=at)
            )

    def hint(self, code: str, message: str, *, subgraphs: Sequence[str] = (), at: str = "") -> None:
        """Note a remark."""
        self.hints.append(
            Hint(code=code, message=message, subgraphs=tuple(subgraphs), coordinate=at)
        )

    def raise_errors(self) -> None:
        """End the composition when anything is wrong.

        Raises:
            CompositionErrors: at least one error was noted.
        """
        if self.errors:
            raise CompositionErrors(self.errors)
