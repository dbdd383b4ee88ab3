"""Addresses: what a person gives as a web address, checked and written as feeds have it, and the ids made from them."""

import ipaddress
import re
import uuid
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from mettavox.errors import RequestError

LONGEST = 255
"""Characters: what podcast directories take as a value (PSP-1)."""

# podcast-namespace, guid.md: the namespace of shows.
_PODCASTS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
_PATH = "/%:@!$&'()*+,;=~-._"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_HINT = "Write it as https://example.org/meditations"
_FEED_ENDINGS = (".xml", ".rss")


def checked(text: str, what: str) -> str:
    """A web address, with letters that addresses cannot have written as they can.

    Raises RequestError, which calls it by ``what`` it is for, where it is not one, or has a password in it.
    """
    return urlunsplit(_parts(text, what))


def base(text: str) -> str:
    """The address of a folder, ending in a slash. Raises RequestError where it is not that."""
    what = "The address for --url"
    parts = _parts(text, what)
    if parts.query or parts.fragment or text.rstrip().endswith(("?", "#")):
        raise RequestError(f"{what} has a “?” or a “#” in it, and is not that of a folder.", hint=_HINT)
    if parts.path.lower().endswith(_FEED_ENDINGS):
        raise RequestError(
            f"{what} is that of a file.", hint="Give the address of the folder that the tracks will lie in."
        )
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/"))


def under(folder: str, path: str) -> str:
    """The address of a file by its path within a folder."""
    return folder + quote(path, safe="/~-._")


def is_open(address: str) -> bool:
    """Whether what is sent to and from there can be read on the way: no encryption, and not this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "http" and not _is_loopback(parts.hostname or "")


def show_guid(feed: str) -> str:
    """The id of a show by the first address of its feed: podcast-namespace, guid.md."""
    return str(uuid.uuid5(_PODCASTS, urlunsplit(urlsplit(feed)._replace(scheme="")).removeprefix("//").rstrip("/")))


def episode_guid(show: str, path: str) -> str:
    """The id of an episode by that of its show and the path of its track."""
    return str(uuid.uuid5(uuid.UUID(show), path))


def _parts(text: str, what: str) -> SplitResult:
    address = text.strip()
    if any(letter.isspace() or not letter.isprintable() or letter in '\\<>"{}|^`' for letter in address):
        raise RequestError(f"{what} has a letter in it that no address can have.", hint=_HINT)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise RequestError(f"{what} is not a web address.", hint=_HINT) from error
    if parts.scheme not in ("http", "https") or not host:
        raise RequestError(f"{what} is not a web address.", hint=_HINT)
    if parts.username is not None or parts.password is not None:
        raise RequestError(
            f"{what} has a user or a password in it, which everyone could read.", hint="Leave out what is before the @."
        )
    place = _host(host, what) + (f":{port}" if port is not None else "")
    made = parts._replace(
        netloc=place, path=_quoted(parts.path), query=_quoted(parts.query, "?"), fragment=_quoted(parts.fragment, "?")
    )
    if len(urlunsplit(made)) > LONGEST:
        raise RequestError(f"{what} has more than {LONGEST} characters.", hint="Choose a shorter one.")
    return made


def _quoted(text: str, more: str = "") -> str:
    return _STRAY_PERCENT.sub("%25", quote(text, safe=_PATH + more))


def _host(host: str, what: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise RequestError(f"{what} is not a web address.", hint=_HINT) from error
    if not all(_LABEL.fullmatch(label) for label in plain.removesuffix(".").split(".")):
        raise RequestError(f"{what} is not a web address.", hint=_HINT)
    return plain


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
