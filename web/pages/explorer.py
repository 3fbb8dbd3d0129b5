"""The pages for browsers, with assets of our own: the explorer (GraphiQL), and the plan page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from web.wire.json_bytes import dump_json

STATIC_FOLDER = Path(__file__).parent / "static"
STATIC_PATH = "/static"
PLAN_PAGE_FOLDER = Path(__file__).parent / "plan_page"
PLAN_PATH = "/explain"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page, ready to be sent."""

    body: bytes

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Headers of the page: nothing may run on it but our own files."""
        return [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(self.body)).encode()),
            (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
            (b"cache-control", b"no-store"),
            (b"vary", b"Accept"),
        ]


def build_explorer_page(
    *, default_query: str, title: str = "Tutti", plan_path: str | None = None
) -> Page:
    """Build the explorer; with the plan page's address, it has a button that leads there."""
    settings = {"defaultQuery": default_query, "title": title, "planPath": plan_path}
    return _fill_in(STATIC_FOLDER / "explorer.html", settings)


def build_plan_page(*, default_query: str, phases: Sequence[str]) -> Page:
    """Build the page that draws the plan of the explorer's current operation."""
    settings = {"defaultQuery": default_query, "phases": list(phases)}
    return _fill_in(PLAN_PAGE_FOLDER / "plan.html", settings)


def _fill_in(template: Path, settings: Mapping[str, object]) -> Page:
    """Fill in a page; the settings stand in a data block, which is never run."""
    written = dump_json(dict(settings)).decode()
    # A "</script>" in the query would end the block: JSON may write "<" as an escape.
    page = template.read_text().replace("__SETTINGS__", written.replace("<", "\\u003c"))
    return Page(page.encode())
