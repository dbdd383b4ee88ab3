"""A short practice of one's own to be recorded, and what somebody says of it."""

import io
from pathlib import Path

import numpy as np
import soundfile
from studios import Studio

from mettavox import assets
from mettavox.takes import RATE
from recorded import quiet, spoken

LINES = (
    "Hello there.",
    "You can stop at any time.",
    "Your eyes can be open or shut.",
    "When you are ready, notice what holds you up, and one sound, or one thing you can see.",
)
_SCRIPT = """\
---
title: Four lines
language: {language}
minutes: {{shortest: 0.5, typical: 0.7, longest: 0.8}}
purpose: To rest.
slots: [name]
---
> Never use this while you drive or work with machines. It does not take the place of care.
> Stop if it makes things harder.
# Arriving {{keep}}
{lines[0]} (1s to 30s)
! {lines[1]} (1s to 30s)
[if name] Hello, {{{{ name }}}}. (1s to 2s)
! {lines[2]} (2s to 90s)
# Leaving {{keep}}
{lines[3]} (1s to 20s)
"""


def practice(language: str = "en") -> None:
    """The practice “short-rest”, among the scripts of one's own."""
    folder = assets.own_folder("scripts") / language
    folder.mkdir(parents=True)
    (folder / "short-rest.md").write_text(_SCRIPT.format(lines=LINES, language=language), "utf-8")


FORM = {"practice-short-rest": "on", "voice": "", "label": "Quiet voice", "lang": "en", "agreed": "on"}


def begun(studio: Studio, **fields: str | None) -> str:
    """The path of the page with the lines, for a form that was sent; a field is left out with None."""
    answer = studio.post("record", {key: value for key, value in {**FORM, **fields}.items() if value is not None})
    assert answer.status == 303, answer.text
    return answer.headers["location"].removeprefix(f"/{studio.key}/")


def said(text: str, *, level: float = 0.4, room_db: float = -75.0, lead: float = 0.6) -> np.ndarray:
    """A line as it comes from a microphone, with the room around it."""
    whole = np.concatenate([quiet(lead), spoken(text, level=level), quiet(0.6)])
    return whole + np.random.default_rng(1).standard_normal(len(whole)) * 10 ** (room_db / 20)


def wav(samples: np.ndarray) -> bytes:
    """Samples as a 16-bit file."""
    file = io.BytesIO()
    soundfile.write(file, np.clip(samples, -1, 1), RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


def own_recordings(folder: Path) -> set[str]:
    """The names of all sounds of voices in a folder of voices."""
    return {file.name for file in folder.rglob("*.flac")}
