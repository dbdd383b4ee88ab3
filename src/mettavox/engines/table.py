"""Which engines there are, and where. Nothing is imported until an engine is used."""

import sys
from importlib.metadata import PackageNotFoundError, entry_points, version

from mettavox.errors import VoiceError
from mettavox.suggest import nearest

GROUP = "mettavox.engines"
"""The entry-point group in which other packages offer engines, as ``name = "module:Class"``."""

_BUILT_IN = {
    "pyttsx3": "mettavox.engines.system:SystemEngine",
    "hum": "mettavox.engines.hum:HumEngine",
}
# What shapes the sound of a built-in engine besides its settings; a change makes cached clips stale.
_MADE_WITH = {"pyttsx3": ("pyttsx3", "espeakng-loader"), "hum": ()}


def target(name: str) -> str:
    """Where the engine's class is, as ``module:Class``. Raises VoiceError for an unknown engine."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    offered = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    if name not in offered:
        raise VoiceError(f"There is no speech engine “{name}”.", hint=nearest(name, [*_BUILT_IN, *offered], "Engines"))
    return offered[name]


def identity(name: str) -> str:
    """The engine and the versions of what it is made with, known without starting it."""
    if name not in _BUILT_IN:
        found = {entry.name: entry.dist for entry in entry_points(group=GROUP)}.get(name)
        return f"{name} {found.version if found else '?'}"
    parts = [f"{package} {_version(package)}" for package in _MADE_WITH[name]]
    return "; ".join([f"{name} on {sys.platform}", *parts])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
