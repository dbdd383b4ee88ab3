"""The options that describe a track, shared by the commands that make or preview one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mettavox.errors import RequestError
from mettavox.person import EXPERIENCES, PRONOUNS, RELATIONS, Listener, Target, personal_word
from mettavox.request import ANCHORS, BEDS, CLOSINGS, Request
from mettavox.suggest import nearest
from mettavox.units import parse_duration, parse_minutes


class Word(click.ParamType[str]):
    """One of a few words; a wrong one is answered with the nearest."""

    name = "word"

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.words:
            option = param.opts[0] if param else "the option"
            raise RequestError(
                f"{option} has no “{str(value)[:40]}”.", hint=nearest(str(value), self.words, "It takes")
            )
        return str(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.words)}]"


_OPTIONS = (
    click.argument("script"),
    click.option("--name", default="", help="The listener's name."),
    click.option("--say", default="", help="How the name is said, such as “ho-SAY”."),
    click.option("--target", default="", help="Whom the wishes are for."),
    click.option("--relation", type=Word(RELATIONS), default="friend", help="Who that is to the listener."),
    click.option("--target-say", default="", help="How the target's name is said."),
    click.option("--pronouns", type=Word(PRONOUNS), default="they", help="The target's, where they are needed."),
    click.option("--minutes", default=None, help="The length in minutes, such as 10 or 7.5."),
    click.option("--duration", default=None, help="The length as 10m, 7:30, 90s or PT10M."),
    click.option("--voice", default="calm", help="A profile from “mettavox voices list”."),
    click.option("--closing", type=Word(CLOSINGS), default="return", help="How it ends."),
    click.option("--anchor", type=Word(ANCHORS), default="choose", help="Where attention rests; none has no touch."),
    click.option("--breath", default="", help="A breath pattern, such as soft, even, ramp, box or natural."),
    click.option("--experience", type=Word(EXPERIENCES), default="regular", help="How used to silence one is."),
    click.option("--gentle", is_flag=True, help="No silence over 30 s, no held breath, no difficult person."),
    click.option("--include", multiple=True, metavar="NAME", help="A part that is only there when asked for."),
    click.option("--lang", default="en", metavar="TAG", help="The language of the script."),
    click.option("--scripts", type=click.Path(path_type=Path), default=None, help="A folder to look in first."),
)  # fmt: skip

BED = click.option("--bed", type=Word(BEDS), default="soft", help="The quiet under the voice.")


def describes_a_track(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a track."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def request(ctx: click.Context, **chosen: Any) -> Request:
    """What the options ask for. Raises RequestError."""
    if chosen["minutes"] is not None and chosen["duration"] is not None:
        raise RequestError("--minutes and --duration both set the length.", hint="Leave one of them out.")
    seconds = None
    if chosen["minutes"] is not None:
        seconds = parse_minutes(chosen["minutes"])
    elif chosen["duration"] is not None:
        seconds = parse_duration(chosen["duration"])
    if chosen["scripts"] is not None and not chosen["scripts"].is_dir():
        raise RequestError(f"--scripts {chosen['scripts']} is not a folder.", hint="Give the folder that holds en/.")
    return Request(
        script=chosen["script"],
        seconds=seconds,
        listener=Listener(
            name=personal_word(chosen["name"], chosen["say"], option="--name"),
            experience=chosen["experience"],
            gentle=chosen["gentle"],
        ),
        target=Target(
            relation=chosen["relation"],
            name=personal_word(chosen["target"], chosen["target_say"], option="--target"),
            pronouns=chosen["pronouns"],
        ),
        voice=chosen["voice"],
        bed=chosen.get("bed", "soft"),
        closing=chosen["closing"],
        anchor=chosen["anchor"],
        breath=chosen["breath"],
        language=chosen["lang"],
        include=frozenset(chosen["include"]),
        scripts=chosen["scripts"],
        asked=_set_by_hand(ctx),
    )


def _set_by_hand(ctx: click.Context) -> frozenset[str]:
    by_hand = click.core.ParameterSource.COMMANDLINE
    return frozenset(name.replace("_", "-") for name in ctx.params if ctx.get_parameter_source(name) == by_hand)
