"""Addresses: only what is one gets into a feed, and ids are those of the namespace."""

import uuid

import pytest

from mettavox import addresses
from mettavox.errors import RequestError


def test_the_id_of_a_show_is_that_of_the_namespace() -> None:
    """The example of podcast-namespace, guid.md, whatever the scheme and the slash at the end."""
    for feed in ("https://podnews.net/rss", "http://podnews.net/rss/"):
        assert addresses.show_guid(feed) == "9b024349-ccf0-5f69-a609-6b82873eab3c"


def test_the_id_of_an_episode_is_its_shows_and_its_tracks() -> None:
    """Version 5, and another one for another path."""
    show = addresses.show_guid("https://podnews.net/rss")
    first, second = addresses.episode_guid(show, "a.mp3"), addresses.episode_guid(show, "b.mp3")
    assert first != second
    assert uuid.UUID(first).version == 5


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("https://example.org", "https://example.org/"),
        ("  https://example.org/a/b/ ", "https://example.org/a/b/"),
        ("HTTPS://Example.ORG/A", "https://example.org/A/"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x/"),
        ("http://[::1]:80", "http://[::1]:80/"),
        ("https://meditación.example/ruhige%20räume", "https://xn--meditacin-d7a.example/ruhige%20r%C3%A4ume/"),
        ("https://example.org/100%", "https://example.org/100%25/"),
    ],
)  # fmt: skip
def test_a_folder_has_one_form(given: str, made: str) -> None:
    """It ends in a slash, and has only letters that addresses can have."""
    assert addresses.base(given) == made


@pytest.mark.parametrize(
    "given",
    [
        "", "example.org", "ftp://example.org", "file:///tmp", "https://", "https:///a", "https://exa mple.org", "https://a..b",
        "https://example.org/a?b=c", "https://example.org/a?", "https://example.org/#a", "https://example.org:port/",
        "https://[::1", "https://example.org/\x00", "https://example.org/<a>", "javascript:alert(1)", "https://-a.org",
        "https://example.org/feed.xml", "https://example.org/" + "a" * 300,
    ],
)  # fmt: skip
def test_what_is_no_folder_is_refused(given: str) -> None:
    """With a hint, and the option's name."""
    with pytest.raises(RequestError) as raised:
        addresses.base(given)
    assert "--url" in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize("given", ["https://maya:secret@example.org/", "https://maya@example.org/"])
def test_no_password_gets_into_a_feed_or_an_error(given: str) -> None:
    """Everyone who has the feed would have it."""
    with pytest.raises(RequestError, match="password") as raised:
        addresses.base(given)
    assert "secret" not in raised.value.message + raised.value.hint
    assert "maya" not in raised.value.message + raised.value.hint


def test_files_are_quoted() -> None:
    """Every letter that a file's name can have, but for the slashes between folders."""
    made = addresses.under("https://example.org/", "a b/c?d#e&f%g+é.mp3")
    assert made == "https://example.org/a%20b/c%3Fd%23e%26f%25g%2B%C3%A9.mp3"


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("http://example.org/", True), ("https://example.org/", False), ("http://localhost:8000/", False),
        ("http://127.3.2.1/", False), ("http://[::1]/", False), ("http://192.168.1.2/", True),
    ],
)  # fmt: skip
def test_open_is_what_others_can_read(address: str, is_open: bool) -> None:
    """Not this machine's own."""
    assert addresses.is_open(address) is is_open
