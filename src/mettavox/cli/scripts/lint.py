"""mettavox scripts lint: check scripts against the rules."""

from mettavox.cli.lint import command

__all__ = ["command"]
