"""Installs: the voices whose files are fetched, one after the other, each with its progress, until it is there.

What was fetched stays when it is stopped, when the network fails or the studio ends, and the next try goes on from
there.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mettavox import voices, voicestore
from mettavox.errors import MettavoxError, OutputError
from mettavox.studio.works import GOING_ON
from mettavox.voice import Voice, VoiceFile

_LOOK_SECONDS = 0.5

State = Literal["waiting", "working", "made", "failed", "cancelled"]


class Stopped(Exception):
    """The person wants it no more, or the studio ends."""


@dataclass(kw_only=True, eq=False)
class Install:
    """A voice that is installed from its addresses, or from the folder ``source``; ``there`` of ``bytes`` are here.

    ``message`` and ``hint`` say why it failed, and ``disk`` whether it was the disk that refused.
    """

    voice: Voice
    source: Path | None
    bytes: int
    there: int = 0
    state: State = "waiting"
    message: str = ""
    hint: str = ""
    disk: bool = False
    wanted: bool = True

    @property
    def is_done(self) -> bool:
        """Whether nothing more will become of it by itself."""
        return self.state not in GOING_ON

    @property
    def share(self) -> float:
        """How much of it is here, 0 to 1."""
        return min(1.0, self.there / self.bytes) if self.bytes else 1.0


class Installs:
    """The latest of every voice; ``is_open`` tells whether the studio goes on."""

    def __init__(self, is_open: Callable[[], bool]) -> None:
        self._is_open = is_open
        self._installs: dict[str, Install] = {}
        self._line: deque[Install] = deque()
        self._changed = threading.Condition()
        self._works = False

    def get(self, name: str) -> Install | None:
        """The latest of a voice, if there was any since the start."""
        return self._installs.get(name)

    def add(self, voice: Voice, source: Path | None) -> Install:
        """Install a voice; where that goes on already, it is the same one."""
        with self._changed:
            now = self._installs.get(voice.id)
            if now is not None and not now.is_done:
                return now
            made = Install(voice=voice, source=source, bytes=sum(file.bytes for file in voice.files))
            self._installs[voice.id] = made
            self._line.append(made)
            if not self._works:
                self._works = True
                threading.Thread(target=self._run, name="installs", daemon=True).start()
            return made

    def cancel(self, install: Install) -> None:
        """Stop it; what has come stays."""
        with self._changed:
            if not install.is_done:
                # At once, though a server that says nothing is listened to for a while yet.
                install.wanted, install.state = False, "cancelled"
            self._changed.notify_all()

    def wait(self, install: Install, seen: tuple[Any, ...], seconds: float) -> tuple[Any, ...]:
        """What is to be shown of it, as soon as that is not what was ``seen``, or after so many seconds."""
        with self._changed:
            # Nobody wakes who waits here when the studio ends.
            self._changed.wait_for(lambda: _shown(install) != seen, timeout=min(seconds, _LOOK_SECONDS))
        return _shown(install)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._line or not self._is_open():
                    self._works = False
                    return
                install = self._line.popleft()
                if not install.wanted:
                    continue
                install.state = "working"
                self._changed.notify_all()
            self._one(install)

    def _one(self, install: Install) -> None:
        before: dict[str, int] = {}

        def heard(file: VoiceFile, there: int) -> None:
            if not (install.wanted and self._is_open()):
                raise Stopped
            before[file.path] = there
            with self._changed:
                install.there = whole + sum(before.values())
                self._changed.notify_all()

        whole = 0
        try:
            missing = {file.path for file in voices.missing(install.voice)}
            whole = sum(file.bytes for file in install.voice.files if file.path not in missing)
            voicestore.install(install.voice, install.source, hear=heard)
        except Stopped:
            self._end(install, "cancelled")
        except MettavoxError as error:
            install.message, install.hint, install.disk = error.message, error.hint, isinstance(error, OutputError)
            self._end(install, "failed")
        except Exception:  # a defect of ours must not leave a page waiting
            self._end(install, "failed")
        else:
            install.there = install.bytes
            self._end(install, "made")

    def _end(self, install: Install, state: State) -> None:
        with self._changed:
            if install.wanted:
                install.state = state
            self._changed.notify_all()


def _shown(install: Install) -> tuple[Any, ...]:
    return install.state, round(install.share, 2)
