"""Authoring: begin a script of one's own, and note that a reviewer approved one."""

import hashlib
import itertools
import json
import re
import threading
import unicodedata
from datetime import date
from pathlib import Path
from string import Template

from mettavox import assets, gate, output, phrasebook, review, source
from mettavox.errors import OutputError, RequestError, ScriptError

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STARTER, _WAYS = "starter.txt", "starter.yaml"
_STANDARD_MINUTES = ("2", "5", "15")
_LONGEST_ID = 100
_NAMELESS = "script"

COMMANDS, PAGES = "commands", "pages"
"""How a starter tells where to look: by commands, or by what the studio's pages have."""

_SAVING = threading.Lock()
"""Between looking whether a file has changed and writing it, nobody else writes."""


def new(
    name: str,
    language: str,
    scripts: Path | None,
    *,
    title: str = "",
    purpose: str = "",
    minutes: str = "",
    like: str = "",
    ways: str = COMMANDS,
) -> Path:
    """Write a new script and give its path: the language's starter, or another script's text.

    The starter tells where to look in one of two ``ways``, COMMANDS or PAGES.
    It goes to ``scripts`` or the user's own folder, and passes the rules as it stands. Raises
    RequestError, ScriptError, or OutputError when there is one of that name already.
    """
    path = _place(name, language, scripts)
    if path.exists():
        raise OutputError(f"{path} is there already.", hint="Choose another id.")
    lengths = _minutes(minutes)
    if like:
        text = _like(like, language, scripts, title=title, purpose=purpose, lengths=lengths if minutes else None)
    else:
        title = title or title_of(name)
        text = _from_starter(language, scripts, title=title, purpose=purpose, lengths=lengths, ways=ways)
    _check(text, f"{name}.md", language, scripts)
    _write(path, text, replace=False)
    return path


def save(text: str, name: str, language: str, scripts: Path | None, *, seen: str = "") -> str:
    """Write the text of a script of one's own, good or not, and give the hash of what is there now.

    ``seen`` is the hash of what was there when the writing began, or nothing for a new script: what somebody else
    has written since is not replaced. Raises RequestError, ScriptError for a text that is too long, or OutputError.
    """
    path = _place(name, language, scripts)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    source.check_length(plain, path.name)
    _check_letters(plain, path.name)
    with _SAVING:
        if path.exists():
            _check_unchanged(path, seen)
        _write(path, plain)
    return hash_of(plain)


def hash_of(text: str) -> str:
    """The hash of all that a file has, by which a later change of it is seen: 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _check_unchanged(path: Path, seen: str) -> None:
    there = path.read_text("utf-8", errors="replace")
    if not seen:
        raise OutputError(f"{path} is there already.", hint="Choose another id.")
    if hash_of(there) != seen:
        raise OutputError(
            f"{path.name} was changed elsewhere after you had opened it, and was left as it is.",
            hint="Save yours under another name, and compare the two.",
        )


def _check_letters(text: str, where: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if any(unicodedata.category(letter) in ("Cc", "Cs") and letter != "\t" for letter in line):
            raise ScriptError(
                f"{where}, line {number}: there is a character that cannot be seen or spoken.",
                hint="Delete it and type the line again.",
            )


def _place(name: str, language: str, scripts: Path | None) -> Path:
    """Where a script of one's own lies, or will. Raises RequestError for a name that it cannot have."""
    if not _ID.fullmatch(name) or len(name) > _LONGEST_ID:
        raise RequestError(
            f"“{name[:40]}” cannot be a script's id.", hint="Use small letters and hyphens, such as quiet-morning."
        )
    phrasebook.load(language, scripts)
    if assets.bundled("scripts").joinpath(language, f"{name}.md").is_file():
        raise RequestError(
            f"“{name}” is the id of a script that came with mettavox, and yours would hide it.",
            hint=f"Choose another id, such as my-{name}.",
        )
    return _folder(scripts) / language / f"{name}.md"


def title_of(name: str) -> str:
    """A title made from an id: “quiet-morning” is “Quiet morning”."""
    return name.replace("-", " ").capitalize()


def free_id(title: str, language: str, scripts: Path | None) -> str:
    """An id made from a title that no script of the language has: “sleep-2” where there is a “sleep”."""
    name = id_of(title) or _NAMELESS
    taken = set(source.ids(language, scripts))
    numbered = (f"{name}-{count}" for count in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in taken)


def id_of(title: str) -> str:
    """An id made from a title: “Una mañana quieta” is “una-manana-quieta”; empty where no letter is a Latin one."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", letters)).lstrip("0123456789-")[: _LONGEST_ID - 5].rstrip("-")


def next_step(name: str, language: str, scripts: Path | None) -> str:
    """The command to try after a new script was written."""
    return f"mettavox plan {name}{_in(language)}" + (f" --scripts {scripts}" if scripts else "")


def _in(language: str) -> str:
    return f" --lang {language}" if language != "en" else ""


def approve(name: str, language: str, scripts: Path | None, *, reviewer: str, on: str | None, seen: str = "") -> Path:
    """Write the approval into the script's own file; gives its path.

    With ``seen``, the hash of what the reviewer has read, nothing else is approved. Raises ScriptError, RequestError or
    OutputError.
    """
    found = source.load(name, language, scripts)
    path = _own_file(name, found)
    if seen:
        _check_unchanged(path, seen)
    try:
        day = date.fromisoformat(on) if on else date.today()
    except ValueError as error:
        raise RequestError(f"“{on}” is no day.", hint="Write it like 2026-05-31.") from error
    text = review.approved(found, reviewer, day)
    _check(text, found.where, found.language, scripts)
    with _SAVING:  # the rules take seconds, in which another window may have saved
        _check_unchanged(path, hash_of(found.text))
        _write(path, text)
    return path


def _own_file(name: str, found: source.Source) -> Path:
    """The script's file, where it is a person's own. Raises ScriptError for one that came with mettavox."""
    if name.endswith(".md"):
        return Path(name)
    entry = assets.find("scripts", (found.language, found.where), found.scripts)
    if found.bundled or not isinstance(entry, Path):
        raise ScriptError(
            f"“{name}” came with mettavox, and its file is not yours to change.",
            hint=f"Copy it first: mettavox scripts new my-{name} --like {name}{_in(found.language)}",
        )
    return entry


def _folder(scripts: Path | None) -> Path:
    return scripts if scripts is not None else assets.own_folder("scripts")


def _minutes(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",")) if text else _STANDARD_MINUTES
    if len(parts) != len(_STANDARD_MINUTES) or not all(re.fullmatch(r"\d+(\.\d+)?", part) for part in parts):
        raise RequestError(f"--minutes “{text[:30]}” is not three lengths.", hint="Write --minutes 2,5,15")
    shortest, typical, longest = map(float, parts)
    if not 0 < shortest <= typical <= longest:
        raise RequestError(f"--minutes {text[:30]} is not in order.", hint="Shortest, typical, longest: 2,5,15")
    return parts


def _from_starter(
    language: str, scripts: Path | None, *, title: str, purpose: str, lengths: tuple[str, ...], ways: str
) -> str:
    entry = assets.find("scripts", (language, "shared", _STARTER), scripts)
    if entry is None:
        raise ScriptError(
            f"“{language}” has no text to start from.", hint="Start from another script: --like loving-kindness"
        )
    return Template(entry.read_text("utf-8")).safe_substitute(
        title=_quoted(title),
        language=language,
        purpose=_quoted(purpose or title),
        shortest=lengths[0],
        typical=lengths[1],
        longest=lengths[2],
        slots="[name, closing]",
        **_where_to_look(language, scripts, ways),
    )


def _where_to_look(language: str, scripts: Path | None, ways: str) -> dict[str, str]:
    """What the starter says of it; nothing where a language has a starter alone."""
    place = (language, "shared", _WAYS)
    if assets.find("scripts", place, scripts) is None:
        return {}
    return dict(phrasebook.read_yaml("scripts", place, scripts).get(ways, {}))


def _like(
    name: str, language: str, scripts: Path | None, *, title: str, purpose: str, lengths: tuple[str, ...] | None
) -> str:
    """Another script's text, as a draft of one's own."""
    found = source.load(name, language, scripts)
    head, body = found.text.split("\n---", maxsplit=1)
    head += "\n"
    level = f", level: {found.head.review.level}" if found.head.review.level else ""  # a copied draft is one too
    changes = {"title": _quoted(title) if title else "", "purpose": _quoted(purpose) if purpose else ""}
    if lengths:
        changes["minutes"] = "{{shortest: {}, typical: {}, longest: {}}}".format(*lengths)
    for field, value in {**changes, "review": f"{{status: draft{level}}}"}.items():
        if value:
            head = _with_field(head, field, f"{field}: {value}\n")
    return f"{head.rstrip(chr(10))}\n---{body}"


def _with_field(head: str, field: str, line: str) -> str:
    """The head with ``line`` where the field was, or at its end."""
    found = source.field_of(field).search(head)
    return head[: found.start()] + line + head[found.end() :] if found else head + line


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _check(text: str, where: str, language: str, scripts: Path | None) -> None:
    """Raise ScriptError when the text breaks a rule: nothing is begun, or approved, with an error in it."""
    gate.refuse(source.parse(text, where, language, scripts))


def _write(path: Path, text: str, *, replace: bool = True) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path.parent} cannot be made: {error.strerror}.", hint="Choose another --scripts."
        ) from error
    with output.whole_file(path, replace=replace) as (file, _):
        file.write(text.encode())
