"""Error paths: only what the client asked for, as often as it stands there, up to a cap."""

from federation.execute.error_paths import cap, client_path, tell
from federation.operation.model import Field, SelectionSet

NAME = Field(name="name", key="n")
USER = Field(name="user", key="user", selections=SelectionSet(type_name="U", fields=(NAME,)))
ROOT = SelectionSet(type_name="Query", fields=(USER,))


def test_a_path_ends_where_the_client_asked_for_no_more() -> None:
    assert client_path(ROOT, ["user", 3, "n"]) == ("user", 3, "n")
    assert client_path(ROOT, ["user", 3, "_need_0_id"]) == ("user", 3)
    assert client_path(ROOT, ["user", "n", 0, "x"]) == ("user", "n", 0)


def test_an_error_is_told_for_each_path() -> None:
    told = tell({"message": "no", "extensions": {"code": "C"}}, [("a",), ("b", 1)], "s")

    assert told == [
        {"message": "no", "path": ["a"], "extensions": {"code": "C", "subgraph": "s"}},
        {"message": "no", "path": ["b", 1], "extensions": {"code": "C", "subgraph": "s"}},
    ]


def test_an_error_without_sense_still_is_an_error() -> None:
    assert tell({"message": 5, "extensions": "x"}, [()], "s") == [
        {
            "message": "The subgraph reported an error.",
            "path": [],
            "extensions": {"subgraph": "s"},
        }
    ]


def test_what_is_over_the_cap_is_counted() -> None:
    errors = [{"message": str(index)} for index in range(5)]

    assert cap(errors, 5, "s") == errors
    assert [error["message"] for error in cap(errors, 3, "s")] == [
        "0",
        "1",
        "2",
        "2 more errors of subgraph s are not listed.",
    ]
