"""Guided-meditation audio, spoken line by line and exactly as long as asked."""

__version__ = "0.1.0"
