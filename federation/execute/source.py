"""Python source that is written for one operation, and the values that it names."""

from collections.abc import Callable, Iterable
from typing import Any


class Source:
    """Functions of one module, each compiled on its own.

    `compile()` holds the interpreter, so what it is given at a time must stay small. What clients
    wrote enters the text only as `repr()` of validated names.
    """

    def __init__(self, **known: Any) -> None:
        self._namespace: dict[str, Any] = dict(known)
        self._texts: list[str] = []

    def constant(self, kind: str, value: Any) -> str:
        """Name a value that the text speaks of."""
        name = f"{kind}_{len(self._namespace)}"
        self._namespace[name] = value
        return name

    def define(self, name: str, parameters: str, lines: Iterable[str]) -> None:
        """Add a function; it may call those that come later."""
        body = "\n".join(f"    {line}" for line in lines)
        self._texts.append(f"def {name}({parameters}):\n{body}\n")

    def assign(self, name: str, expression: str) -> None:
        """Add a value that is made of functions before it."""
        self._texts.append(f"{name} = {expression}\n")

    def load(self) -> None:
        """Compile what was added."""
        for text in self._texts:
            exec(compile(text, "<operation>", "exec"), self._namespace)  # noqa: S102 - our own text

    def function(self, name: str) -> Callable[..., Any]:
        """A function that was loaded."""
        found: Callable[..., Any] = self._namespace[name]
        return found

    def __str__(self) -> str:
        return "\n".join(self._texts)
