"""GraphQL multipart requests: files come in on disk, bounded, and are gone afterwards."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from errors import BadInput
from federation.engine import GraphQLRequest, GraphQLResponse
from schema.uploads import UploadedFile, parse_upload
from tests.fakes.engine import FakeEngine
from web.wire.file_sink import BUFFER_BYTES
from web.wire.limits import WebLimits
from web.wire.upload_requests import UploadRequests

ASK = {"graphql-require-preflight": "1", "authorization": "Bearer ann"}
KEEP = "mutation Keep($file: Upload, $more: [Upload]) { add(amount: 1) }"
LIMITS = WebLimits(upload_files_max=3, batch_operations_max=5)
BOUNDARY = "----WebKitFormBoundaryk9XYf5AXivDR9pA7"
"""As Chromium writes it: in capitals and small letters, which count."""

Part = tuple[str, str | None, bytes]


class ReadingEngine(FakeEngine):
    """Reads what files say while the operation runs."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[UploadedFile] = []
        self.contents: list[bytes] = []

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        for each in _files_in(dict(request.variables)):
            self.files.append(each)
            self.contents.append(each.path.read_bytes())
        return GraphQLResponse(data={"add": 1})


def _files_in(value: Any) -> list[UploadedFile]:
    if isinstance(value, UploadedFile):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for each in inside for found in _files_in(each)]


@pytest.fixture
def engine() -> ReadingEngine:
    return ReadingEngine()


@pytest.fixture
def client(open_client: Callable[..., httpx.AsyncClient], tmp_path: Path) -> httpx.AsyncClient:
    return open_client(limits=LIMITS, uploads=UploadRequests(scratch=tmp_path, bytes_max=5_000_000))


def form(*parts: Part) -> tuple[bytes, dict[str, str]]:
    """A form and its content type."""
    body = b""
    for name, file_name, value in parts:
        of_file = "" if file_name is None else f'; filename="{file_name}"'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{of_file}\r\n\r\n'
        body += head.encode() + value + b"\r\n"
    body += f"--{BOUNDARY}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def upload(places: Any, *files: Part, variables: Any = None, query: str = KEEP) -> tuple:
    operations = {"query": query, "variables": {"file": None} if variables is None else variables}
    return form(
        ("operations", None, json.dumps(operations).encode()),
        ("map", None, json.dumps(places).encode()),
        *files,
    )


async def send(client: httpx.AsyncClient, made: tuple, **headers: str) -> httpx.Response:
    body, content_type = made
    return await client.post("/graphql", content=body, headers={**ASK, **content_type, **headers})


def code_of(answer: httpx.Response) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


async def test_a_file_stands_where_the_map_says_while_the_operation_runs(
    client: httpx.AsyncClient, engine: ReadingEngine, tmp_path: Path
) -> None:
    answer = await send(client, upload({"0": ["variables.file"]}, ("0", "a song.flac", b"la la")))

    assert answer.json() == {"data": {"add": 1}}
    assert engine.contents == [b"la la"]
    (file,) = engine.files
    assert (file.file_name, file.size, file.media_type) == (
        "a song.flac",
        5,
        "application/octet-stream",
    )
    assert list(tmp_path.iterdir()) == []


async def test_files_go_into_lists_and_one_into_several_places(
    client: httpx.AsyncClient, engine: ReadingEngine
) -> None:
    variables = {"file": None, "more": [None, None]}
    places = {"x": ["variables.more.1", "variables.file"], "y": ["variables.more.0"]}

    answer = await send(
        client, upload(places, ("x", "x", b"X"), ("y", "y", b"Y"), variables=variables)
    )

    assert answer.status_code == 200
    assert engine.contents == [b"X", b"Y", b"X"]


async def test_a_batch_brings_files_too(client: httpx.AsyncClient, engine: ReadingEngine) -> None:
    operations = [{"query": KEEP, "variables": {"file": None}}, {"query": "mutation { fail }"}]
    made = form(
        ("operations", None, json.dumps(operations).encode()),
        ("map", None, b'{"0": ["0.variables.file"]}'),
        ("0", "x", b"X"),
    )

    answer = await send(client, made)

    assert len(answer.json()) == 2
    assert engine.contents == [b"X"]


async def test_a_large_file_comes_in_pieces(
    client: httpx.AsyncClient, engine: ReadingEngine
) -> None:
    song = b"0123456789abcdef\r\n--" * (BUFFER_BYTES // 10)
    body, content_type = upload({"0": ["variables.file"]}, ("0", "song", song))

    async def pieces() -> Any:
        for start in range(0, len(body), 65_521):
            yield body[start : start + 65_521]

    answer = await client.post("/graphql", content=pieces(), headers={**ASK, **content_type})

    assert answer.status_code == 200
    assert engine.contents == [song]


@pytest.mark.parametrize(
    ("_case", "made", "code", "status"),
    [
        (
            "more files than may come",
            upload({str(n): ["variables.file"] for n in range(4)}),
            "TOO_MANY_FILES",
            400,
        ),
        (
            "parts without end",
            upload({"0": ["variables.file"]}, *[("0", "x", b"")] + [("1", "x", b"")] * 9),
            "BAD_REQUEST",
            400,
        ),
        (
            "one file for places without end",
            upload({"0": ["variables.file"] * 101}),
            "TOO_MANY_FILES",
            400,
        ),
        (
            "a file with more bytes than may come",
            upload({"0": ["variables.file"]}, ("0", "x", b"x" * 5_000_001)),
            "TOO_LARGE",
            413,
        ),
        (
            "files with more bytes together than may come",
            upload(
                {"0": ["variables.file"], "1": ["variables.file"]},
                ("0", "x", b"x" * 3_000_000),
                ("1", "x", b"x" * 3_000_000),
            ),
            "TOO_LARGE",
            413,
        ),
        (
            "operations that are too large",
            form(("operations", None, b" " * 2_000_000)),
            "BODY_TOO_LARGE",
            413,
        ),
        (
            "a place that holds something",
            upload({"0": ["query"]}, ("0", "x", b"")),
            "BAD_REQUEST",
            400,
        ),
        (
            "a place that is not there",
            upload({"0": ["variables.no.0"]}, ("0", "x", b"")),
            "BAD_REQUEST",
            400,
        ),
        (
            "a place as deep as can be",
            upload({"0": ["variables" + ".a" * 5_000]}, ("0", "x", b"")),
            "BAD_REQUEST",
            400,
        ),
        ("a file that is missing", upload({"0": ["variables.file"]}), "BAD_REQUEST", 400),
        ("a file without a place", upload({}, ("0", "x", b"")), "BAD_REQUEST", 400),
        ("a map that is none", upload(["variables.file"]), "BAD_REQUEST", 400),
        ("files before the operations", form(("0", "x", b"")), "BAD_REQUEST", 400),
        ("operations that are no JSON", form(("operations", None, b"{")), "BAD_REQUEST", 400),
        ("nothing at all", form(), "BAD_REQUEST", 400),
        (
            "a form that breaks off",
            (b"--" + BOUNDARY.encode() + b"\r\n", form()[1]),
            "BAD_REQUEST",
            400,
        ),
        ("no boundary", (b"", {"content-type": "multipart/form-data"}), "BAD_REQUEST", 400),
    ],
)
async def test_what_is_no_such_form_is_refused_and_leaves_nothing(
    _case: str, made: tuple, code: str, status: int, client, engine, tmp_path
) -> None:
    answer = await send(client, made)

    assert (code_of(answer), answer.status_code) == (code, status)
    assert engine.files == []
    assert list(tmp_path.iterdir()) == []


async def test_unbounded_parts_end_at_the_bound(client: httpx.AsyncClient) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{{}}\r\n'
    operations_again = head.encode() * 10_000

    answer = await send(client, (operations_again, form()[1]))

    assert code_of(answer) == "BAD_REQUEST"


async def test_headers_of_a_part_are_bounded(client: httpx.AsyncClient) -> None:
    body = f"--{BOUNDARY}\r\n" + "X-Long: " + "x" * 100_000

    answer = await send(client, (body.encode(), form()[1]))

    assert code_of(answer) == "TOO_MANY_FILES"


async def test_a_form_that_any_page_can_send_is_refused(
    client: httpx.AsyncClient, engine: ReadingEngine
) -> None:
    body, content_type = upload({"0": ["variables.file"]}, ("0", "x", b"X"))

    answer = await client.post(
        "/graphql", content=body, headers={**content_type, "authorization": "Bearer ann"}
    )

    assert (code_of(answer), answer.status_code) == ("CSRF_REFUSED", 403)
    assert engine.files == []


async def test_nobody_in_particular_sends_no_files(
    open_client: Callable, tmp_path: Path, engine: ReadingEngine
) -> None:
    uploads = UploadRequests(scratch=tmp_path, bytes_max=10)
    client = open_client(uploads=uploads, viewer_of=lambda context: "")

    answer = await send(client, upload({"0": ["variables.file"]}, ("0", "x", b"X")))

    assert (code_of(answer), answer.status_code) == ("UNAUTHENTICATED", 401)


async def test_without_a_place_for_files_forms_are_no_requests(open_client: Callable) -> None:
    answer = await send(open_client(), upload({"0": ["variables.file"]}, ("0", "x", b"X")))

    assert (code_of(answer), answer.status_code) == ("UNSUPPORTED_MEDIA_TYPE", 415)


async def test_a_text_that_a_client_sends_is_no_file() -> None:
    with pytest.raises(BadInput):
        parse_upload("00ff")
