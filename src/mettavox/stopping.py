"""Stopping: whether this process was told to stop."""

_told = False


def tell() -> None:
    """Remember that it was."""
    global _told  # noqa: PLW0603
    _told = True


def is_told() -> bool:
    """Whether it was."""
    return _told


def check() -> None:
    """Raise KeyboardInterrupt when this process was told to stop, should that have been lost on its way."""
    if _told:
        raise KeyboardInterrupt
