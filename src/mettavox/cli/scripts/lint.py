"""mettavox scripts lint: check scripts against the rules."""

from mettavox.cli.lint import lint as command

__all__ = ["command"]
