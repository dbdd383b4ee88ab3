"""The floor: each distinct line spoken once, in one process; and one run of LAME over the finished samples.

No renderer that speaks with this engine and encodes the whole track with this encoder can be
cheaper. Run as ``python benchmarks/floor.py FOLDER`` for the speech; ``encoding`` gives the command
of the encoder, which is a process of its own.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import espeak
import material
from material import Material

_END_SECONDS = 30.0
_HEADER_BYTES = 44


def encoding(made: Material, folder: Path) -> list[str]:
    """The command that encodes ``mix.pcm`` as mettavox does, from the disk and to the disk."""
    return [
        made.ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-f", "s16le", "-ar", str(made.rate), "-ac", "2", "-i", str(folder / "mix.pcm"),
        "-map_metadata", "-1", "-c:a", "libmp3lame", "-b:a", f"{made.bitrate_kbps}k",
        "-joint_stereo", "1", "-reservoir", "0",
        "-f", "mp3", "-write_xing", "0", "-id3v2_version", "0", str(folder / "floor.mp3"),
    ]  # fmt: skip


def speak_all(texts: list[str], settings: dict[str, Any], folder: Path) -> int:
    """Speak every text into a file of its own with one engine; gives how many of them hold sound."""
    espeak.preload()
    import pyttsx3
    from pyttsx3.drivers import espeak as driver

    engine, library = pyttsx3.init("espeak"), driver._espeak
    ended = threading.Event()
    engine.connect("finished-utterance", lambda completed, **_: ended.set() if completed else None)
    library.Synchronize()
    engine.runAndWait()
    for key, value in settings.items():
        engine.setProperty(key, value)
    library.Synchronize()
    spoken = 0
    for place, text in enumerate(texts):
        path = folder / f"floor-{place}.wav"
        path.unlink(missing_ok=True)
        ended.clear()
        engine.save_to_file(text, str(path))
        engine.runAndWait()
        library.Synchronize()
        spoken += ended.wait(_END_SECONDS) and path.stat().st_size > _HEADER_BYTES
    return spoken


if __name__ == "__main__":
    here = Path(sys.argv[1])
    wanted = material.read(here)
    print(f"spoke {speak_all(wanted.distinct, wanted.settings, here)}", flush=True)
    os._exit(0)  # eSpeak hangs or crashes when it is closed in Python's way
