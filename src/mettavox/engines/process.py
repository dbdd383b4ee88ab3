"""An engine in a process of its own, with a time limit for every line."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from mettavox.audio import Clip
from mettavox.errors import EngineError, VoiceError
from mettavox.voice import Voice

_START_SECONDS = 60.0
# Numeric libraries start a thread a core in each worker and then fight over them.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class EngineProcess:
    """A Speaker: starts the engine for the first line, and again after ``renew``."""

    def __init__(self, target: str, voice: Voice) -> None:
        self._target = target
        self._voice = voice
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._ended = False
        self._change = threading.Lock()  # held while a process comes or goes, so that none is forgotten

    def speak(self, text: str, *, within: float) -> Clip:
        """``text``, spoken within so many seconds.

        Raises EngineError when the process is late or gone, EngineError or VoiceError when the engine
        cannot be opened.
        """
        if self._process is None:
            self._open()
        head, samples = self._ask(text, within)
        return Clip(pcm=samples, rate=head["rate"])

    def renew(self) -> None:
        """End the process; the next line starts a new one."""
        self._kill()

    def close(self) -> None:
        """End the process for good; a line that is being spoken fails."""
        self._ended = True
        self._kill()

    def _open(self) -> None:
        try:
            with self._change:
                if self._ended:
                    raise EngineError("Speech was stopped.")
                # Named before it is made: who is interrupted between the two still knows what to remove.
                self._folder = str(Path(tempfile.gettempdir(), f"mettavox-{secrets.token_hex(8)}"))
                Path(self._folder).mkdir(mode=0o700)
                self._process = subprocess.Popen(
                    # -P: the working directory is not searched for modules
                    [sys.executable, "-P", "-m", "mettavox.engines.worker", self._target, self._folder],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=os.environ | _ONE_THREAD,
                    start_new_session=True,  # Ctrl-C reaches us alone, and we end the whole group
                )
            self._ask(self._voice.plain(), _START_SECONDS)
        except BaseException:
            self._kill()
            raise

    def _ask(self, what: object, within: float) -> tuple[dict[str, Any], bytes]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EngineError("Speech was stopped.")
        late = threading.Event()

        def give_up() -> None:
            late.set()
            _end(process)

        alarm = threading.Timer(within, give_up)
        alarm.daemon = True
        alarm.start()
        try:
            process.stdin.write(json.dumps(what).encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            head = json.loads(answer) if answer.endswith(b"\n") else {}
            samples = process.stdout.read(head.get("bytes", 0))
            whole = bool(head) and len(samples) == head.get("bytes", 0)
        except (OSError, ValueError):
            head, samples, whole = {}, b"", False
        finally:
            alarm.cancel()
        if "error" in head:
            raise (VoiceError if head.get("voice") else EngineError)(head["error"], hint=head["hint"])
        if not whole:
            self._kill()
            raise EngineError(
                f"The engine took longer than {within:.0f} s." if late.is_set() else "The engine's process died."
            )
        return head, samples

    def _kill(self) -> None:
        with self._change:
            process, self._process = self._process, None
            if process is not None:
                _end(process)
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    if pipe is not None:
                        with contextlib.suppress(OSError):
                            pipe.close()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and whatever it has started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
