"""A process that speaks: started as ``python -m mettavox.engines.worker MODULE:CLASS FOLDER``.

The first line on standard input is the voice, each further one a text; both are JSON. Each answer
is a line of JSON, followed by the samples when there are any. The engine's own prints never reach
the answers.
"""

import json
import os
import shutil
import sys
import tempfile
from importlib import import_module
from typing import Any, BinaryIO

from mettavox.engine import SpeechEngine
from mettavox.errors import EngineError, MettavoxError, VoiceError
from mettavox.voice import Voice


def main() -> None:
    """Speak until standard input ends."""
    target, folder = sys.argv[1:3]
    tempfile.tempdir = folder
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # engines print; their prints go to standard error
    try:
        _serve(target, sys.stdin.buffer, answers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # if the one who started us is gone


def _serve(target: str, requests: BinaryIO, answers: BinaryIO) -> None:
    try:
        engine = _opened(target, json.loads(requests.readline()))
    except MettavoxError as error:
        _answer(answers, _failure(error))
        return
    _answer(answers, {"ready": True})
    for request in requests:
        try:
            clip = engine.speak(json.loads(request))
        except MettavoxError as error:
            _answer(answers, _failure(error))
        except Exception as error:
            # Its words may repeat the line's; its kind cannot.
            _answer(answers, _failure(EngineError(f"The engine failed with {type(error).__name__}.")))
        else:
            _answer(answers, {"rate": clip.rate, "bytes": len(clip.pcm)}, clip.pcm)
    engine.close()


def _opened(target: str, voice: dict[str, Any]) -> SpeechEngine:
    module, _, name = target.partition(":")
    try:
        engine: SpeechEngine = getattr(import_module(module), name)()
    except (ImportError, AttributeError) as error:
        raise EngineError(f"The engine at {target} cannot be loaded: {error}.") from error
    engine.open(Voice.from_plain(voice))
    return engine


def _failure(error: MettavoxError) -> dict[str, object]:
    return {"error": error.message, "hint": error.hint, "voice": isinstance(error, VoiceError)}


def _answer(answers: BinaryIO, head: dict[str, object], samples: bytes = b"") -> None:
    answers.write(json.dumps(head).encode() + b"\n" + samples)
    answers.flush()


if __name__ == "__main__":
    main()
