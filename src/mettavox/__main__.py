"""``mettavox`` and ``python -m mettavox``: small, so that Ctrl-C finds someone listening from the start."""

import os
import sys

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""What keeps numpy from starting a thread a core: its products are short here, and threads that wait for the next one
spin meanwhile. They doubled what a track cost, and a batch has a process a core as it is. Numpy reads this when it is
imported, processes that we start have it from us, and whoever has set one of them knows better.
"""


def main() -> None:
    """Run the program; leave with 130 when it is stopped before it has begun."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    try:
        from mettavox import cli
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
