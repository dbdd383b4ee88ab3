"""A lock is one's alone."""

import threading
import time
from pathlib import Path

from mettavox import lock


def test_two_wait_for_each_other(tmp_path: Path) -> None:
    """Whoever comes second goes on when the first is done; the file is gone in the end."""
    path, order = tmp_path / "new" / ".lock", []

    def second() -> None:
        with lock.held(path):
            order.append("second")

    with lock.held(path):
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.3)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]
    assert list(path.parent.iterdir()) == []
