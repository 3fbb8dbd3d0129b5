"""GraphQL over server-sent events, one connection for all operations of a client."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.patience import SECONDS_MAX, until
from tests.unit.web.conftest import HELLO
from web.wire.limits import WebLimits

TOKEN = "X-GraphQL-Event-Stream-Token"
PATH = "/graphql/stream"
FOREVER = "subscription { forever }"


class Single:
    """A client of the protocol."""

    def __init__(self, http: httpx.AsyncClient, **headers: str) -> None:
        self.http = http
        self.headers = headers

    async def reserve(self) -> httpx.Response:
        answer = await self.http.put(PATH, headers=self.headers)
        if answer.status_code == 201:
            self.headers = {**self.headers, TOKEN: answer.text}
        return answer

    async def add(self, query: str, *, id: str = "1", **members: object) -> httpx.Response:  # noqa: A002
        body = {"query": query, "extensions": {"operationId": id}, **members}
        return await self.http.post(PATH, json=body, headers=self.headers)

    async def stop(self, id: str) -> httpx.Response:  # noqa: A002
        return await self.http.delete(PATH, params={"operationId": id}, headers=self.headers)

    @asynccontextmanager
    async def opened(self):
        """Gives what reads the next event."""
        async with self.http.stream("GET", PATH, headers=self.headers) as answer:
            lines = answer.aiter_lines()

            async def hear() -> tuple[str, object]:
                kind = ""
                async for line in lines:
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        return kind, json.loads(value)
                raise AssertionError(f"the stream ended with {answer.status_code}")

            yield hear


@pytest.fixture
async def dial(serve):
    """Opens clients of a served front."""
    opened = []

    async def dial_one(*, limits: WebLimits | None = None, **changes: object) -> httpx.AsyncClient:
        address = await serve(limits=limits, **changes)
        opened.append(httpx.AsyncClient(base_url=f"http://{address}", timeout=SECONDS_MAX))
        return opened[-1]

    yield dial_one
    for each in opened:
        await each.aclose()


def next_of(data: object, id: str = "1") -> tuple[str, object]:  # noqa: A002
    return "next", {"id": id, "payload": {"data": data}}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


async def test_operations_share_one_stream_and_each_completes(dial) -> None:
    single = Single(await dial())
    reserved = await single.reserve()
    async with single.opened() as hear:
        accepted = await single.add(HELLO, id="a")
        first = [await hear(), await hear()]
        await single.add("subscription { ticks(count: 2) }", id="b")
        second = [await hear() for _ in range(3)]

    assert (reserved.status_code, accepted.status_code, accepted.text) == (201, 202, "")
    assert reserved.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(reserved.text) >= 32
    assert first == [next_of({"hello": "world"}, "a"), ("complete", {"id": "a"})]
    assert second == [
        next_of({"ticks": 0}, "b"),
        next_of({"ticks": 1}, "b"),
        ("complete", {"id": "b"}),
    ]


async def test_what_was_asked_before_the_opening_is_told_after_it(dial) -> None:
    single = Single(await dial())
    await single.reserve()
    await single.add(HELLO)

    async with single.opened() as hear:
        assert await hear() == next_of({"hello": "world"})


async def test_the_token_may_come_in_the_address(dial) -> None:
    http = await dial()
    single = Single(http)
    token = (await single.reserve()).text
    await single.add(HELLO)

    async with http.stream("GET", PATH, params={"token": token}) as answer:
        lines = [line async for line in _until_data(answer)]

    assert lines[-2:] == ["event: next", 'data: {"id":"1","payload":{"data":{"hello":"world"}}}']


async def _until_data(answer: httpx.Response):
    async for line in answer.aiter_lines():
        yield line
        if line.startswith("data"):
            return


async def test_delete_stops_an_operation_and_frees_its_id(dial, engine) -> None:
    single = Single(await dial())
    await single.reserve()
    async with single.opened() as hear:
        await single.add(FOREVER)
        await hear()

        stopped = await single.stop("1")
        await until(lambda: engine.stopped == ["forever"])
        await single.add(HELLO)

        assert stopped.status_code == 200
        assert await hear() == next_of({"hello": "world"})


async def test_who_leaves_ends_the_operations_and_the_token(dial, engine) -> None:
    single = Single(await dial())
    await single.reserve()
    async with single.opened() as hear:
        await single.add(FOREVER)
        await hear()

    await until(lambda: engine.stopped == ["forever"])
    assert code_of(await single.add(HELLO)) == (404, "NOT_FOUND")


async def test_a_stream_is_opened_once(dial) -> None:
    single = Single(await dial())
    await single.reserve()
    async with single.opened() as hear:
        await single.add(HELLO)
        await hear()

        assert code_of(await single.http.get(PATH, headers=single.headers)) == (409, "CONFLICT")


async def test_an_id_names_one_operation(dial) -> None:
    single = Single(await dial())
    await single.reserve()
    await single.add(FOREVER)

    assert code_of(await single.add(HELLO)) == (409, "CONFLICT")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("token", ["", "unknown"])
async def test_without_a_reservation_there_is_no_stream(method, token, dial) -> None:
    body = {"query": HELLO, "extensions": {"operationId": "1"}} if method == "POST" else None

    answer = await (await dial()).request(method, PATH, headers={TOKEN: token}, json=body)

    assert code_of(answer) == (404, "NOT_FOUND")


async def test_a_stolen_token_opens_and_fills_nothing_for_another_viewer(dial) -> None:
    http = await dial()
    anna = Single(http, authorization="Bearer anna")
    token = (await anna.reserve()).text
    ben = Single(http, authorization="Bearer ben", **{TOKEN: token})

    assert code_of(await http.get(PATH, headers=ben.headers)) == (404, "NOT_FOUND")
    assert code_of(await ben.add(HELLO)) == (404, "NOT_FOUND")
    assert code_of(await ben.stop("1")) == (404, "NOT_FOUND")
    await anna.add("{ viewer }")
    async with anna.opened() as hear:
        assert await hear() == next_of({"viewer": "anna"})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"query": HELLO}, 400, "BAD_REQUEST", id="no id"),
        pytest.param(
            {"query": HELLO, "extensions": {"operationId": 1}}, 400, "BAD_REQUEST", id="odd id"
        ),
        pytest.param({"extensions": {"operationId": "1"}}, 400, "BAD_REQUEST", id="no query"),
    ],
)
async def test_a_bad_operation_is_refused_by_its_status(body, status, code, dial) -> None:
    single = Single(await dial())
    await single.reserve()

    answer = await single.http.post(PATH, json=body, headers=single.headers)

    assert code_of(answer) == (status, code)


async def test_a_bad_token_and_an_odd_method_are_refused(dial) -> None:
    http = await dial()

    assert code_of(await http.put(PATH, headers={"authorization": "Bearer bad"})) == (
        401,
        "UNAUTHENTICATED",
    )
    odd = await http.patch(PATH)
    assert code_of(odd) == (405, "METHOD_NOT_ALLOWED")
    assert odd.headers["allow"] == "PUT, GET, POST, DELETE"


async def test_where_several_processes_serve_nothing_is_reserved(dial) -> None:
    answer = await Single(await dial(shares_streams=False)).reserve()

    assert code_of(answer) == (400, "BAD_REQUEST")


async def test_a_request_error_is_told_on_the_stream(dial) -> None:
    single = Single(await dial())
    await single.reserve()
    await single.add("{ nothing }")

    async with single.opened() as hear:
        _, told = await hear()
        assert await hear() == ("complete", {"id": "1"})
    assert told["payload"]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_streams_of_one_client_and_operations_of_one_stream_are_bounded(dial) -> None:
    limits = WebLimits(shared_streams_per_client_max=1, operations_per_socket_max=1)
    http = await dial(limits=limits)
    anna, again = (Single(http, authorization="Bearer anna") for _ in range(2))
    await anna.reserve()
    ben = await Single(http, authorization="Bearer ben").reserve()
    await anna.add(FOREVER)

    assert code_of(await again.reserve()) == (503, "OVERLOADED")
    assert code_of(await anna.add(HELLO, id="2")) == (503, "OVERLOADED")
    assert ben.status_code == 201


async def test_a_reservation_that_nobody_opens_is_given_up_with_its_operations(
    dial, engine
) -> None:
    limits = WebLimits(shared_streams_per_client_max=1, reservation_seconds_max=0.05)
    http = await dial(limits=limits)
    single = Single(http)
    await single.reserve()
    with_operation = await single.add(FOREVER)

    async def is_given_up() -> bool:
        return (await Single(http).reserve()).status_code == 201

    async with asyncio.timeout(SECONDS_MAX):
        while not await is_given_up():
            await asyncio.sleep(0.01)
    if with_operation.status_code == 202:  # else it was too late already
        await until(lambda: engine.stopped == ["forever"] * engine.started.is_set())


async def test_a_foreign_page_reserves_nothing(dial) -> None:
    headers = {"cookie": "session=anna", "origin": "https://evil.test"}

    assert code_of(await Single(await dial(), **headers).reserve()) == (403, "CSRF_REFUSED")
