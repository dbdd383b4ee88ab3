"""Credits: what the tags of a sound say of who speaks in it, what made it, and when."""

import os
from datetime import UTC, datetime

from mettavox import __version__, takes
from mettavox.voice import Voice

ARTIST = "mettavox"
MADE_WITH = f"Made with mettavox {__version__}."


def who_speaks(voice: Voice, fill: Voice | None = None) -> str:
    """One sentence that says whether a person's voice is heard, or a synthetic one, or both."""
    if voice.engine != takes.ENGINE:
        return f"A synthetic voice speaks: {named(voice)}."
    helped = f", with a synthetic voice where a line was not recorded: {named(fill)}" if fill else ""
    return f"A person's recorded voice speaks: {voice.label}{helped}."


def named(voice: Voice) -> str:
    """A synthetic voice, with its engine."""
    return f"{voice.label} ({voice.engine})"


def year() -> int:
    """This year, or that of SOURCE_DATE_EPOCH where a build has to come out the same later."""
    return moment().year


def moment() -> datetime:
    """Now in universal time, to the second, or SOURCE_DATE_EPOCH where something has to come out the same later."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC).replace(microsecond=0)
