"""A process of our own that is asked by a line of JSON and answers by one."""

import subprocess
import sys
from types import TracebackType
from typing import Self, TypeVar

import msgspec

AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


class Child:
    """Runs a module of `bench` for as long as it is needed; it is never measured."""

    module: str

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def ask(self, question: msgspec.Struct, answer: type[AnswerT]) -> AnswerT:
        """Ask, and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(question) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=answer)
