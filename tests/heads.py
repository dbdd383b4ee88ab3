"""The head of a script for tests. It is not in conftest, of which folders have others."""

HEAD = """\
---
title: A test
language: en
minutes: {shortest: 0.1, typical: 1, longest: 60}
slots: [name, target, wishes, anchor, breath, closing]
---
"""
"""A head of six lines, so that the first line under it is line 7."""
