"""Everything that mettavox raises on purpose.

    MettavoxError
    ├── RequestError         (ValueError)    what was asked for makes no sense
    ├── ScriptError          (ValueError)    a script cannot be read or filled
    │   └── ScriptNotFound   (LookupError)   no script of that name
    ├── DurationError        (ValueError)    the length asked for cannot be met
    ├── EngineError          (RuntimeError)  speech could not be made
    │   └── VoiceError       (LookupError)   no such voice, or a profile that cannot be used
    ├── RecordError          (ValueError)    a track's record is missing, or cannot be used
    ├── CodecError           (RuntimeError)  an encoder is missing, or a file is not audio
    │   └── SoundError                       a finished track did not pass its checks
    └── OutputError          (OSError)       the result cannot be written

A message says what happened, with the number or the name that helps; the hint says what to do
next. Neither ever holds a listener's name or a filled-in sentence. Faces decide how an error looks.
"""


class MettavoxError(Exception):
    """Base of every error raised on purpose; ``hint`` says what to do next, or is empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; keyword-only extras need telling.
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(kind: type[MettavoxError], message: str, hint: str) -> MettavoxError:
    return kind(message, hint=hint)


class RequestError(MettavoxError, ValueError):
    """What was asked for makes no sense, whatever the script or the machine."""


class ScriptError(MettavoxError, ValueError):
    """A script cannot be read, or a slot of it cannot be filled."""


class ScriptNotFound(ScriptError, LookupError):
    """There is no script of that name."""


class DurationError(MettavoxError, ValueError):
    """The length asked for is too short or too long for this script and voice."""


class EngineError(MettavoxError, RuntimeError):
    """A line could not be spoken."""


class VoiceError(EngineError, LookupError):
    """There is no voice of that name, or its profile cannot be used."""


class RecordError(MettavoxError, ValueError):
    """A track's record is missing, cannot be read, or does not hold."""


class CodecError(MettavoxError, RuntimeError):
    """Sound could not be encoded or decoded."""


class SoundError(CodecError):
    """A finished track was measured and did not hold what it promises."""


class OutputError(MettavoxError, OSError):
    """The result cannot be written where it was asked for."""
