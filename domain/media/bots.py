"""Who is no listener: what programs that only fetch call themselves.

Matched in lower case and anywhere in the name. Libraries that real players are made with (okhttp,
Dart, axios, ExoPlayer, a browser's engine) are no bots: an app for phones often tells no more.
"""

from typing import Final

BOT_WORDS: Final = (
    "bot/",
    "bot ",
    "bot;",
    "bot)",
    "bot-",
    "bot_",
    "_bot",
    "-bot",
    "crawl",
    "spider",
    "scrape",
    "slurp",
    "archive.org",
    "harvest",
    "fetcher",
    "feedparser",
    "importer",
    "podcast sync",
    "podcastsync",
    "podcast-sync",
    "transcri",
    "indexer",
    "validator",
    "uptime",
    "pingdom",
    "preview",
    "facebookexternalhit",
    "headlesschrome",
    "phantomjs",
    "scrapy",
    "httrack",
    "mechanize",
    "podcast-download",
    "facebookexternalua",
    "mediapartners-google",
    "googleother",
    "google-adwords",
    "netcraft",
    "dataprovider",
    "feed parser",
    "classifier",
    "podcastindex",
    "sharingextension",
    "sharingui",
    "sharesheet",
    "watchos/",
    "ms-office",
    "backfill",
    "pipeline",
    "analyzer",
    "preflight",
    "sanity-check",
)
"""Parts of names that only programs without a listener have."""

TOOLS: Final = (
    "curl/",
    "libcurl/",
    "pycurl/",
    "wget",
    "python-requests",
    "python-urllib",
    "libwww-perl",
    "go-http-client",
    "java/",
    "ruby",
    "lavf/",
    "aria2/",
    "git-annex",
    "postman",
    "insomnia/",
)
"""How the names of tools begin with which files are fetched by hand or by script."""


NAMELESS: Final = frozenset({"mozilla", "mozilla/5.0", "mozilla/5.0...", "(mozilla/5.0)"})
"""What calls itself a browser and says no more is none."""


def is_bot(user_agent: str) -> bool:
    """Whether somebody who calls themselves this listens to nothing."""
    name = user_agent.strip().lower()
    if name in NAMELESS or name.startswith(TOOLS) or name.endswith("bot"):
        return True
    return any(word in name for word in BOT_WORDS)
