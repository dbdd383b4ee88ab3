"""Engines that fail, as real ones do. Each speaks as a whole engine when it does not fail.

``Hang`` and its like fail always. ``HangOnce`` and its like fail at the first attempt only, whichever
process that is in: the file named by METTAVOX_FAULTS is there once the fault has happened.
A worker finds them as ``engines.faulty:HangOnce`` with ``tests`` in PYTHONPATH. The whole engine is the hum,
or the one that METTAVOX_FAULTY_ENGINE names as ``module:Class``.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from array import array
from importlib import import_module
from pathlib import Path
from typing import cast

from mettavox.audio import Clip
from mettavox.engine import SpeechEngine
from mettavox.errors import EngineError
from mettavox.voice import Voice

FAULTS = "METTAVOX_FAULTS"
EACH = "METTAVOX_EACH_FAULT"
ENGINE = "METTAVOX_FAULTY_ENGINE"


class Whole:
    """The engine that is wrapped, as it is."""

    def __init__(self) -> None:
        module, _, name = os.environ.get(ENGINE, "mettavox.engines.hum:HumEngine").partition(":")
        self._engine: SpeechEngine = getattr(import_module(module), name)()

    def open(self, voice: Voice) -> None:
        self._engine.open(voice)

    def speak(self, text: str) -> Clip:
        return self._engine.speak(text)

    def close(self) -> None:
        self._engine.close()


class Always(Whole):
    """Fails at every attempt, in the way of a subclass's ``fault``."""

    def speak(self, text: str) -> Clip:
        clip = super().speak(text)
        return self.fault(clip, text) if self.fails() else clip

    def fails(self) -> bool:
        return True

    def fault(self, clip: Clip, text: str) -> Clip:
        raise NotImplementedError


class _Once:
    def fails(self) -> bool:
        try:
            Path(os.environ[FAULTS]).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Hang(Always):
    """Never answers."""

    def fault(self, clip: Clip, text: str) -> Clip:
        time.sleep(3600)
        return clip


class HangWithChild(Always):
    """Never answers, and has started a program that never ends either."""

    def fault(self, clip: Clip, text: str) -> Clip:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(3600)", tempfile.gettempdir()], check=False)
        return clip


class Exit(Always):
    """Ends its process without a word."""

    def fault(self, clip: Clip, text: str) -> Clip:
        os._exit(0)


class Crash(Always):
    """Is ended by the system."""

    def fault(self, clip: Clip, text: str) -> Clip:
        os.kill(os.getpid(), signal.SIGSEGV)
        return clip


class Nothing(Always):
    """Gives back no clip at all."""

    def fault(self, clip: Clip, text: str) -> Clip:
        return None  # type: ignore[return-value]


class HeaderOnly(Always):
    """Gives back a clip without samples."""

    def fault(self, clip: Clip, text: str) -> Clip:
        return Clip(pcm=b"", rate=clip.rate)


class Silence(Always):
    """Gives back zeros of the right length."""

    def fault(self, clip: Clip, text: str) -> Clip:
        return Clip(pcm=bytes(len(clip.pcm)), rate=clip.rate)


class CutInSound(Always):
    """Loses the end of the line, from the middle of its last syllable on."""

    def fault(self, clip: Clip, text: str) -> Clip:
        return Clip(pcm=clip.pcm[: round(clip.frames * 0.9) * 2], rate=clip.rate)


class CutTo60(Always):
    """Loses two fifths of the line."""

    def fault(self, clip: Clip, text: str) -> Clip:
        return Clip(pcm=clip.pcm[: round(clip.frames * 0.6) * 2], rate=clip.rate)


class CutTo30Softly(Always):
    """Loses most of the line, between two syllables."""

    def fault(self, clip: Clip, text: str) -> Clip:
        samples = array("h", clip.pcm)
        keep = round(len(samples) * 0.3)
        fade = clip.rate // 20
        for place in range(fade):
            samples[keep - 1 - place] = samples[keep - 1 - place] * place // fade
        return Clip(pcm=samples[:keep].tobytes() + bytes(clip.rate // 10 * 2), rate=clip.rate)


class TwiceAsFast(Always):
    """Speaks at twice the pace."""

    def fault(self, clip: Clip, text: str) -> Clip:
        return Clip(pcm=array("h", clip.pcm)[::2].tobytes(), rate=clip.rate)


class HalfAsFast(Always):
    """Speaks at half the pace."""

    def fault(self, clip: Clip, text: str) -> Clip:
        slow = array("h")
        for sample in array("h", clip.pcm):
            slow.extend((sample, sample))
        return Clip(pcm=slow.tobytes(), rate=clip.rate)


class Raises(Always):
    """Raises something that has the text in it."""

    def fault(self, clip: Clip, text: str) -> Clip:
        raise KeyError(text)


class Exits(Always):
    """Raises what ends a program."""

    def fault(self, clip: Clip, text: str) -> Clip:
        raise SystemExit(text)


class Refuses(Always):
    """Raises what an engine should, and stays usable."""

    def fault(self, clip: Clip, text: str) -> Clip:
        raise EngineError("The engine is out of breath.", hint="Let it rest.")


class Prints(Always):
    """Prints whatever it likes, and speaks all the same."""

    def fault(self, clip: Clip, text: str) -> Clip:
        print("Audio saved to nowhere.")
        sys.stdout.flush()
        os.write(1, b'{"rate": 8000, "bytes": 0}\n')
        return clip


class DiesOnOpening(Whole):
    """Is ended by the system when it starts."""

    def open(self, voice: Voice) -> None:
        if self.fails():
            os.kill(os.getpid(), signal.SIGSEGV)
        super().open(voice)

    def fails(self) -> bool:
        return True


class RaisesOnOpening(Whole):
    """Raises something odd when it starts."""

    def open(self, voice: Voice) -> None:
        if self.fails():
            raise ZeroDivisionError
        super().open(voice)

    def fails(self) -> bool:
        return True


class EachOnce(Whole):
    """Fails once for each line that METTAVOX_EACH_FAULT names, in the way that it gives."""

    def speak(self, text: str) -> Clip:
        clip = super().speak(text)
        fault = json.loads(os.environ[EACH]).get(text)
        if fault is None:
            return clip
        try:
            Path(f"{os.environ[FAULTS]}-{fault}").touch(exist_ok=False)
        except FileExistsError:
            return clip
        return cast(Clip, globals()[fault].fault(self, clip, text))


class HangOnce(_Once, Hang):
    """Hangs, then hums."""


class HangWithChildOnce(_Once, HangWithChild):
    """Hangs, then hums."""


class ExitOnce(_Once, Exit):
    """Ends, then hums."""


class CrashOnce(_Once, Crash):
    """Crashes, then hums."""


class NothingOnce(_Once, Nothing):
    """Gives nothing, then hums."""


class HeaderOnlyOnce(_Once, HeaderOnly):
    """Gives an empty clip, then hums."""


class SilenceOnce(_Once, Silence):
    """Is silent, then hums."""


class CutInSoundOnce(_Once, CutInSound):
    """Cuts the end, then hums."""


class CutTo60Once(_Once, CutTo60):
    """Cuts two fifths, then hums."""


class CutTo30SoftlyOnce(_Once, CutTo30Softly):
    """Cuts most, then hums."""


class TwiceAsFastOnce(_Once, TwiceAsFast):
    """Is too fast, then hums."""


class HalfAsFastOnce(_Once, HalfAsFast):
    """Is too slow, then hums."""


class RaisesOnce(_Once, Raises):
    """Raises, then hums."""


class ExitsOnce(_Once, Exits):
    """Leaves, then hums."""


class RefusesOnce(_Once, Refuses):
    """Refuses, then hums."""


class PrintsOnce(_Once, Prints):
    """Prints once."""


class DiesOnOpeningOnce(_Once, DiesOnOpening):
    """Dies when it is first opened."""


class RaisesOnOpeningOnce(_Once, RaisesOnOpening):
    """Raises when it is first opened."""
