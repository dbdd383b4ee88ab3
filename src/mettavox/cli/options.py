"""The options that describe a track, shared by the commands that make or preview one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mettavox import ask
from mettavox.request import Request


class Word(click.ParamType[str]):
    """One of a few words; a wrong one is answered with the nearest."""

    name = "word"

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        option = param.opts[0].removeprefix("--") if param else "option"
        return ask.one_of(option, str(value), self.words)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.words)}]"


def _word(option: str, text: str) -> Callable[..., Any]:
    return click.option(f"--{option}", type=Word(ask.WORDS[option]), default=ask.STANDARD[option], help=text)


LANGUAGE = click.option("--lang", default="en", metavar="TAG", help="The language of the script.")
NEW_FOLDER = click.option("--scripts", type=click.Path(path_type=Path), default=None, help="A folder to look in first.")
FOLDER = click.option(
    "--scripts", type=click.Path(path_type=Path), default=None, help="A folder to look in first.",
    callback=lambda ctx, param, value: ask.folder(value),
)  # fmt: skip

_OPTIONS = (
    click.option("--name", default="", help="The listener's name."),
    click.option("--say", default="", help="How the name is said: “ho-SAY”, or IPA between slashes."),
    click.option("--target", default="", help="Whom the wishes are for."),
    _word("relation", "Who that is to the listener."),
    click.option("--target-say", default="", help="How the target's name is said, as for --say."),
    _word("pronouns", "The target's, where they are needed."),
    click.option("--wishes", multiple=True, metavar="FILE|TEXT", help="Wishes of one's own, such as “be at peace”."),
    click.option("--intention", default="", metavar="TEXT", help="One sentence of the listener's own, said early."),
    click.option("--minutes", default=None, help="The length in minutes, such as 10 or 7.5."),
    click.option("--duration", default=None, help="The length as 10m, 7:30, 90s or PT10M."),
    click.option("--voice", default="", help="A profile from “mettavox voices list”."),
    _word("closing", "How it ends."),
    _word("anchor", "Where attention rests; none has no touch."),
    click.option("--breath", default="", help="A breath pattern, such as soft, even, ramp, box or natural."),
    _word("tone", "How it is worded: plain, warmer, or with fewer words."),
    click.option("--day", default=1, metavar="1-7", type=str, help="Which of a week of prompts."),
    _word("experience", "How used to silence one is."),
    click.option("--gentle", is_flag=True, help="No silence over 30 s, no held breath, no difficult person."),
    click.option("--include", multiple=True, metavar="NAME", help="A part that is only there when asked for."),
    click.option(
        "--profile", default="podcast",
        help="How it is delivered: podcast, library, sleep, acx, insight-timer, or one of yours.",
    ),
    click.option("--bells/--no-bells", default=None, help="A bell at the start and at the end, or none at all."),
    click.option("--breath-tones/--no-breath-tones", default=None, help="A soft tone that follows a paced breath."),
    click.option("--disclose", is_flag=True, help="Say at the start that the voice is synthetic."),
    click.option("--edit", multiple=True, metavar="LINE=TEXT", help="Other words for a line of the script."),
    LANGUAGE,
    FOLDER,
)  # fmt: skip

FILL = click.option("--fill", default="", help="Who speaks what a recorded voice lacks, such as calm.")
_SOUND = (
    click.option("--bed", default="", metavar="NAME|FILE|none", help="The quiet under the voice."),
    click.option("--bed-under", default=None, metavar="LU", help="How far the bed lies under the voice."),
    click.option("--duck", is_flag=True, help="Let a louder bed sink slowly while the voice speaks."),
    click.option("--pause-guard", is_flag=True, help="Keep apps from cutting the pauses, by a tone too low to hear."),
    click.option("--plain", is_flag=True, help="Leave the voice as it is: no filter, no levelling."),
    _word("format", "What kind of file."),
    _word("cover", "The picture: dark, light, plain (without words) or none."),
)  # fmt: skip


def describes_a_track(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command SCRIPT and the options of a track."""
    return click.argument("script")(describes_all_but_the_script(command))


def describes_all_but_the_script(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a track."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def describes_its_sound(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a track's sound and file."""
    for option in reversed(_SOUND):
        command = option(command)
    return command


def request(ctx: click.Context, **chosen: Any) -> Request:
    """What the options ask for. Raises RequestError."""
    return ask.request(asked(ctx, **chosen))


def asked(ctx: click.Context, **chosen: Any) -> dict[str, Any]:
    """The options that were given by hand, by their names."""
    by_hand = click.core.ParameterSource.COMMANDLINE
    return {
        name.replace("_", "-"): value
        for name, value in chosen.items()
        if name.replace("_", "-") in ask.STANDARD and ctx.get_parameter_source(name) == by_hand
    }
