"""Models in ONNX, run by onnxruntime so that the same input gives the same sound.

Speech models draw noise as they run, and the generator behind it moves on with each run. Each run is
therefore the first of its session: in a fork of the process that has just loaded the model, or, where
there are no forks, with a session made anew.
"""

from pathlib import Path
from typing import Any

import numpy as np

from mettavox.engines import fork, installed
from mettavox.engines.floats import Floats
from mettavox.errors import EngineError
from mettavox.voice import Voice

_SEED = 20
_ERRORS_ONLY = 3
_NUMBERS = {
    "tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64,
    "tensor(int32)": np.int32, "tensor(int64)": np.int64,
}  # fmt: skip


class Model:
    """A model in the file ``name`` of a voice."""

    def __init__(self, voice: Voice, name: str) -> None:
        """Raises EngineError when onnxruntime is not there, VoiceError when the file is no whole model."""
        self._voice = voice
        self._path = installed.path(voice, name)
        self._session = self._opened()
        self.inputs = {each.name: _NUMBERS.get(each.type, np.float32) for each in self._session.get_inputs()}
        """The kind of number that each input takes."""

    def sound(self, inputs: dict[str, object]) -> Floats:
        """What the model gives for these inputs, as one row of samples. Raises EngineError."""
        arrays = {name: np.asarray(value, dtype=self.inputs[name]) for name, value in inputs.items()}
        if fork.POSSIBLE:
            return np.frombuffer(fork.done(lambda: _run(self._session, arrays).tobytes()), dtype=np.float32)
        session, self._session = self._session or self._opened(), None
        return _run(session, arrays)

    def _opened(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise EngineError(
                "This voice needs onnxruntime, which is not installed.", hint="Install it: pip install onnxruntime"
            ) from error
        onnxruntime.set_seed(_SEED)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # threads do not survive a fork
        options.log_severity_level = _ERRORS_ONLY
        try:
            return onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own kinds have no common base but this
            raise installed.broken(self._voice, f"{Path(self._path).name} is no whole ONNX model") from error


def _run(session: Any, arrays: dict[str, Any]) -> Floats:
    try:
        return np.asarray(session.run(None, arrays)[0], dtype=np.float32).ravel()
    except Exception as error:
        # Its words may hold what was to be said.
        raise EngineError(f"The model failed with {type(error).__name__}.") from None
