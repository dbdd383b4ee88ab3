"""Authoring: begin a script of one's own, and note that a reviewer approved one."""

import json
import re
from datetime import date
from pathlib import Path
from string import Template

from mettavox import assets, gate, output, phrasebook, review, source
from mettavox.errors import OutputError, RequestError, ScriptError

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STARTER = "starter.txt"
_STANDARD_MINUTES = ("2", "5", "15")
_HEAD_FIELD = r"^{}:.*\n(?:[ \t]+.*\n)*"


def new(
    name: str,
    language: str,
    scripts: Path | None,
    *,
    title: str = "",
    purpose: str = "",
    minutes: str = "",
    like: str = "",
) -> Path:
    """Write a new script and give its path: the language's starter, or another script's text.

    It goes to ``scripts`` or the user's own folder, and passes the rules as it stands. Raises
    RequestError, ScriptError, or OutputError when there is one of that name already.
    """
    if not _ID.fullmatch(name):
        raise RequestError(
            f"“{name[:40]}” cannot be a script's id.", hint="Use small letters and hyphens, such as quiet-morning."
        )
    phrasebook.load(language, scripts)
    path = _folder(scripts) / language / f"{name}.md"
    if path.exists():
        raise OutputError(f"{path} is there already.", hint="Choose another id.")
    lengths = _minutes(minutes)
    if like:
        text = _like(like, language, scripts, title=title, purpose=purpose, lengths=lengths if minutes else None)
    else:
        text = _from_starter(language, scripts, title=title or title_of(name), purpose=purpose, lengths=lengths)
    _check(text, f"{name}.md", language, scripts)
    _write(path, text)
    return path


def title_of(name: str) -> str:
    """A title made from an id: “quiet-morning” is “Quiet morning”."""
    return name.replace("-", " ").capitalize()


def next_step(name: str, language: str, scripts: Path | None) -> str:
    """The command to try after a new script was written."""
    further = (f" --lang {language}" if language != "en" else "") + (f" --scripts {scripts}" if scripts else "")
    return f"mettavox plan {name}{further}"


def approve(name: str, language: str, scripts: Path | None, *, reviewer: str, on: str | None) -> Path:
    """Write the approval into the script's own file; gives its path.

    Raises ScriptError, RequestError or OutputError.
    """
    found = source.load(name, language, scripts)
    path = _own_file(name, found)
    try:
        day = date.fromisoformat(on) if on else date.today()
    except ValueError as error:
        raise RequestError(f"“{on}” is no day.", hint="Write it like 2026-05-31.") from error
    text = review.approved(found, reviewer, day)
    _check(text, found.where, found.language, scripts)
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
            hint=f"Copy it first: mettavox scripts new my-{name} --like {name}",
        )
    return entry


def _folder(scripts: Path | None) -> Path:
    return scripts if scripts is not None else assets.own_folder("scripts")


def _minutes(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",")) if text else _STANDARD_MINUTES
    if len(parts) != len(_STANDARD_MINUTES) or not all(re.fullmatch(r"\d+(\.\d+)?", part) for part in parts):
        raise RequestError(f"--minutes “{text[:30]}” is not three lengths.", hint="Write --minutes 2,5,15")
    return parts


def _from_starter(language: str, scripts: Path | None, *, title: str, purpose: str, lengths: tuple[str, ...]) -> str:
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
    )


def _like(
    name: str, language: str, scripts: Path | None, *, title: str, purpose: str, lengths: tuple[str, ...] | None
) -> str:
    """Another script's text, as a draft of one's own."""
    head, body = source.load(name, language, scripts).text.split("\n---", maxsplit=1)
    head += "\n"
    changes = {"title": _quoted(title) if title else "", "purpose": _quoted(purpose) if purpose else ""}
    if lengths:
        changes["minutes"] = "{{shortest: {}, typical: {}, longest: {}}}".format(*lengths)
    for field, value in {**changes, "review": "{status: draft}"}.items():
        if value:
            found = re.search(_HEAD_FIELD.format(field), head, flags=re.MULTILINE)
            if found:
                head = f"{head[: found.start()]}{field}: {value}\n{head[found.end() :]}"
    return f"{head.rstrip(chr(10))}\n---{body}"


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _check(text: str, where: str, language: str, scripts: Path | None) -> None:
    """Raise ScriptError when the text breaks a rule: nothing is begun, or approved, with an error in it."""
    gate.refuse(source.parse(text, where, language, scripts))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path.parent} cannot be made: {error.strerror}.", hint="Choose another --scripts."
        ) from error
    with output.whole_file(path, replace=True) as (file, _):
        file.write(text.encode())
