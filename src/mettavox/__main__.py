"""``mettavox`` and ``python -m mettavox``: small, so that Ctrl-C finds someone listening from the start."""

import sys


def main() -> None:
    """Run the program; leave with 130 when it is stopped before it has begun."""
    try:
        from mettavox import cli
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
