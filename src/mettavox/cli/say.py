"""mettavox say: hear one name, word or sentence, or see what becomes of it."""

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report
from mettavox.errors import OutputError

if TYPE_CHECKING:
    from mettavox.pronunciation import Word
    from mettavox.saying import Explanation, Saying

_DEFAULT = Path("output") / "say.wav"
_WIDTH = 60
_ALPHABETS = {
    "ipa": "IPA",
    "espeak": "eSpeak's mnemonics, between [[ and ]]",
    "respell": "no sounds, so that words are respelled",
}


@click.command("say")
@click.argument("text")
@click.option("--voice", default="", help="A profile from “mettavox voices list”.")
@click.option("--lang", "language", default="en", metavar="TAG", help="The language of the text.")
@click.option("--say", default="", metavar="SOUND", help="How TEXT is said: “ho-SAY”, or IPA between slashes.")
@click.option("--explain", is_flag=True, help="Show what the engine receives, and why; spoken only with -o.")
@click.option(
    "-o", "--output", "wanted", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Where the sound goes, as .wav or .mp3; output/say.wav without it.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@click.option("--json", "as_json", is_flag=True, help="Say what was done as JSON.")
def command(text: str, *, explain: bool, wanted: Path | None, force: bool, as_json: bool, **chosen: Any) -> None:
    """Say TEXT, a name, a word or a sentence, in a voice.

    \b
    mettavox say Siobhan --explain
    mettavox say Siobhan --say "/ʃɪˈvɔːn/" --voice amy -o name.wav
    """
    from mettavox import saying

    prepared = saying.prepare(text, chosen["say"], voice=chosen["voice"], language=chosen["language"])
    if prepared.note:
        report.say(prepared.note)
    facts: dict[str, Any] = {}
    if explain:
        explained = saying.explain(prepared)
        facts = _facts(explained)
        if not as_json:
            _show(explained)
    if wanted is not None or not explain:
        path = wanted or _default()
        seconds = saying.speak(prepared, path, replace_file=force or wanted is None)
        facts |= {"path": str(path), "seconds": round(seconds, 3), "voice": prepared.voice.id}
        if not as_json:
            click.echo(path)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))


def _default() -> Path:
    """A file that each try replaces; its name says nothing of the text."""
    try:
        _DEFAULT.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder “{_DEFAULT.parent}” cannot be made here: {error.strerror}.", hint="Choose a file with -o."
        ) from error
    return _DEFAULT


def _show(explained: "Explanation") -> None:
    saying = explained.saying
    rows = [
        ("Text", saying.line.text),
        ("Voice", f"{saying.voice.id} ({saying.voice.engine}), which {_takes(saying)}"),
        *[("Told", _told(word)) for word in explained.words],
        ("Receives", explained.received),
        ("Sounds", _sounds(explained)),
        ("Sure of", _sure(explained)),
        ("Lexicon", f"{explained.own_lexicon} ({'read' if explained.own_lexicon.is_file() else 'not there'})"),
    ]
    for name, value in rows:
        click.echo(f"{name:<9} {value}")


def _takes(saying: "Saying") -> str:
    return "plays what was recorded" if saying.is_recorded else f"takes {_ALPHABETS[saying.alphabet]}"


def _sounds(explained: "Explanation") -> str:
    if explained.recorded is not None:
        return "a recording" if explained.recorded else "none: it is not among the recordings"
    return explained.sounds or "not known before it is spoken"


def _told(word: "Word") -> str:
    sounds = [f"/{word.ipa}/" if word.ipa else "", f"“{word.respell}”" if word.respell else ""]
    return f"{word.written}  {' or '.join(filter(None, sounds))}  ({_source(word)})"


def _source(word: "Word") -> str:
    if word.entry is None:
        return "as you gave it"
    phrase = textwrap.shorten(word.entry.name.replace("/", " / "), _WIDTH, placeholder=" …").replace(" / ", "/")
    return "the lexicon" if "*" not in word.entry.name else f"the lexicon, as in “{phrase}”"


def _sure(explained: "Explanation") -> str:
    if explained.recorded is not None:
        return "A recording is found by its words; no lexicon changes them."
    told = ", ".join(word.written for word in explained.words)
    sure = f"{told}: told. " if told else ""
    if explained.guessed is None:
        return f"{sure}The rest is left to the engine."
    if explained.guessed:
        return f"{sure}Guessed, for no dictionary has it: {', '.join(explained.guessed)}."
    return f"{sure}The rest is in its dictionaries."


def _facts(explained: "Explanation") -> dict[str, Any]:
    saying = explained.saying
    return {
        "text": saying.line.text,
        "voice": saying.voice.id,
        "engine": saying.voice.engine,
        "alphabet": saying.alphabet,
        "words": [
            {
                "written": word.written,
                "ipa": word.ipa,
                "respell": word.respell,
                "source": "given" if word.entry is None else "lexicon",
                "entry": word.entry.name if word.entry else "",
            }
            for word in explained.words
        ],
        "receives": explained.received,
        "sounds": explained.sounds,
        "guessed": None if explained.guessed is None else list(explained.guessed),
        "recorded": explained.recorded,
        "own_lexicon": str(explained.own_lexicon),
    }
