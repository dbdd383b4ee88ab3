"""Errors: one tree, which survives the way between processes."""

import inspect
import pickle

import pytest

from mettavox import errors
from mettavox.errors import MettavoxError

EVERY_CLASS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, MettavoxError)]


@pytest.mark.parametrize("kind", EVERY_CLASS)
def test_an_error_survives_pickling(kind: type[MettavoxError]) -> None:
    """A worker's error arrives with its class, its message and its hint."""
    there = pickle.loads(pickle.dumps(kind("It is broken.", hint="Mend it.")))
    assert (type(there), there.message, there.hint, str(there)) == (
        kind, "It is broken.", "Mend it.", "It is broken.",
    )  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_CLASS)
def test_only_the_message_is_required(kind: type[MettavoxError]) -> None:
    """One required argument, or pickling by pools breaks."""
    error = kind("It is broken.")
    assert (error.message, error.hint) == ("It is broken.", "")


@pytest.mark.parametrize(
    ("kind", "built_in"),
    [
        (errors.RequestError, ValueError),
        (errors.ScriptError, ValueError),
        (errors.ScriptNotFound, LookupError),
        (errors.DurationError, ValueError),
        (errors.EngineError, RuntimeError),
        (errors.VoiceError, LookupError),
        (errors.CodecError, RuntimeError),
        (errors.OutputError, OSError),
    ],
)
def test_an_error_is_also_the_fitting_built_in(kind: type[MettavoxError], built_in: type[Exception]) -> None:
    """Callers of the library catch what they know."""
    with pytest.raises(built_in, match="It is broken"):
        raise kind("It is broken.")


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """The drawing at the top of the module names every class."""
    for kind in EVERY_CLASS:
        assert kind.__name__ in (errors.__doc__ or "")
