"""``python -m mettavox``."""

from mettavox.cli import main

if __name__ == "__main__":
    main()
