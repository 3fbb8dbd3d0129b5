"""Signed addresses: what they open, until when, and what tampering gives."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.storage.signing import REFUSED, Access, Grant, UrlSigner, expiry_of
from adapters.storage.store import InvalidKey

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
OLD, NEW = b"o" * 32, b"n" * 32


def token_of(path: str) -> str:
    return path.split("/")[2]


@pytest.fixture
def signer() -> UrlSigner:
    return UrlSigner([NEW])


def test_a_signed_folder_is_a_path_below_media(signer: UrlSigner) -> None:
    path = signer.sign_prefix("hls/7/", LATER)

    seconds = int(LATER.timestamp())
    assert path.startswith(f"/media/{seconds}.")
    assert path.endswith("/hls/7/")
    assert expiry_of(token_of(path)) == LATER


@pytest.mark.parametrize("key", ["hls/7/master.m3u8", "hls/7/low/00000.m4s"])
def test_one_signature_opens_everything_below_its_folder(key: str, signer: UrlSigner) -> None:
    token = token_of(signer.sign_prefix("hls/7/", LATER))

    assert signer.check(token, key, NOW).access is Access.GRANTED


@pytest.mark.parametrize(
    "key",
    [
        "hls/8/master.m3u8",
        "hls/77/master.m3u8",
        "hls/7",
        "hls/7x",
        "hls",
        "source/7/a.flac",
        "x/hls/7/master.m3u8",
        "",
        "é\udcff",
    ],
)
def test_it_opens_nothing_else(key: str, signer: UrlSigner) -> None:
    token = token_of(signer.sign_prefix("hls/7/", LATER))

    assert signer.check(token, key, NOW).access is Access.REFUSED


def test_a_signature_for_one_object_opens_that_alone(signer: UrlSigner) -> None:
    token = token_of(signer.sign_key("covers/7.jpg", LATER))

    assert signer.check(token, "covers/7.jpg", NOW).access is Access.GRANTED
    assert signer.check(token, "covers/7.jpg/x", NOW).access is Access.REFUSED
    assert signer.check(token, "covers/8.jpg", NOW).access is Access.REFUSED


def test_it_ends_at_its_expiry(signer: UrlSigner) -> None:
    token = token_of(signer.sign_prefix("hls/7/", LATER))
    moment = timedelta(microseconds=1)

    assert signer.check(token, "hls/7/a.m4s", LATER - moment).access is Access.GRANTED
    assert signer.check(token, "hls/7/a.m4s", LATER).access is Access.EXPIRED


@pytest.mark.parametrize(
    ("_case", "tamper"),
    [
        ("a later expiry", lambda e, s: f"{int(e) + 1}.{s}"),
        ("a padded expiry", lambda e, s: f"0{e}.{s}"),
        ("a signed expiry", lambda e, s: f"+{e}.{s}"),
        ("another signature", lambda e, s: f"{e}.{'A' * 43}"),
        ("a signature cut short", lambda e, s: f"{e}.{s[:-1]}"),
        ("a signature drawn long", lambda e, s: f"{e}.{s}="),
        ("a newline behind", lambda e, s: f"{e}.{s}\n"),
        ("letters changed in case", lambda e, s: f"{e}.{s.swapcase()}"),
        ("other digits", lambda e, s: f"{e.replace('1', '١')}.{s}"),
        ("no signature", lambda e, s: e),
        ("nothing", lambda e, s: ""),
    ],
)
def test_tampering_is_refused(_case: str, tamper, signer: UrlSigner) -> None:
    expiry, signature = token_of(signer.sign_prefix("hls/7/", LATER)).split(".")

    assert signer.check(tamper(expiry, signature), "hls/7/a.m4s", NOW).access is Access.REFUSED


def test_an_expired_forgery_is_a_forgery(signer: UrlSigner) -> None:
    token = f"1.{'A' * 43}"

    assert signer.check(token, "hls/7/a.m4s", NOW).access is Access.REFUSED


def test_a_new_secret_signs_while_the_old_is_still_accepted() -> None:
    before = token_of(UrlSigner([OLD]).sign_prefix("hls/7/", LATER))
    both = UrlSigner([NEW, OLD])
    after = token_of(both.sign_prefix("hls/7/", LATER))

    assert both.check(before, "hls/7/a.m4s", NOW).access is Access.GRANTED
    assert UrlSigner([NEW]).check(after, "hls/7/a.m4s", NOW).access is Access.GRANTED
    assert UrlSigner([NEW]).check(before, "hls/7/a.m4s", NOW).access is Access.REFUSED


@pytest.mark.parametrize("prefix", ["", "/", "hls/7", "../"])
def test_only_a_folder_is_signed_as_a_folder(prefix: str, signer: UrlSigner) -> None:
    with pytest.raises(InvalidKey):
        signer.sign_prefix(prefix, LATER)


def test_an_upload_is_signed_for_one_key_and_size(signer: UrlSigner) -> None:
    path = signer.sign_upload("uploads/7.flac", 1_000, LATER)
    token = path.split("/")[3]
    expiry, _, signature = token.split(".")

    assert path == f"/media/uploads/{int(LATER.timestamp())}.1000.{signature}/uploads/7.flac"
    assert signer.check_upload(token, "uploads/7.flac", NOW) == (Access.GRANTED, 1_000)
    assert signer.check_upload(token, "uploads/7.flac", LATER) == (Access.EXPIRED, 1_000)
    assert signer.check_upload(token, "uploads/8.flac", NOW)[0] is Access.REFUSED
    larger = f"{expiry}.1001.{signature}"
    assert signer.check_upload(larger, "uploads/7.flac", NOW)[0] is Access.REFUSED


def test_reading_and_uploading_are_signed_apart(signer: UrlSigner) -> None:
    reading = token_of(signer.sign_key("uploads/7.flac", LATER))
    uploading = signer.sign_upload("uploads/7.flac", 9, LATER).split("/")[3]
    expiry, _, signature = uploading.split(".")

    assert signer.check_upload(reading, "uploads/7.flac", NOW) == (Access.REFUSED, 0)
    assert signer.check(uploading, "uploads/7.flac", NOW).access is Access.REFUSED
    assert signer.check(f"{expiry}.{signature}", "uploads/7.flac", NOW).access is Access.REFUSED


def test_a_capped_folder_says_how_far_it_opens(signer: UrlSigner) -> None:
    path = signer.sign_prefix("hls/7/", LATER, cap="medium")
    expiry, cap, signature = token_of(path).split(".")

    assert signer.check(token_of(path), "hls/7/low/0.m4s", NOW) == Grant(
        Access.GRANTED, "hls/7/", "medium"
    )
    assert cap == "medium"
    assert expiry_of(token_of(path)) == LATER
    for tampered in (
        f"{expiry}.{signature}",
        f"{expiry}.lossless.{signature}",
        f"{expiry}.medium.{signature}"[:-1],
        f"{int(expiry) + 1}.medium.{signature}",
        f"{expiry}..{signature}",
    ):
        assert signer.check(tampered, "hls/7/low/0.m4s", NOW) == REFUSED


def test_an_uncapped_signature_bears_no_cap(signer: UrlSigner) -> None:
    expiry, signature = token_of(signer.sign_prefix("hls/7/", LATER)).split(".")

    assert signer.check(f"{expiry}.medium.{signature}", "hls/7/a", NOW) == REFUSED
