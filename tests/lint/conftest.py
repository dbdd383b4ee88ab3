"""Scripts to lint: those of this folder, and ones that are written on the spot."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from mettavox import lint, source
from mettavox.lint import Finding

TODAY = datetime.date(2026, 11, 24)

FOLDER = Path(__file__).parent

BODY = """\
---
title: A short rest
language: en
purpose: A short rest with kind words.
minutes: {shortest: 1, typical: 3, longest: 5}
slots: [name]
review: {status: draft}
---
# Welcome {keep} {fixed}
Hello{{ name }}. This is a short rest for you.
! You can stop at any time.

# Settle {keep}
Sit or lie in any way that suits you. Your eyes can be open or shut.
(breath)
If your mind drifts, that is what minds do.
(breath)
@@
# Sounds {importance 8}
You might listen for one sound near you.
(notice)
+ It may be near, or far away.
(notice)
++ Let it come and go.
(notice)

# Quiet {importance 5} {repeat 1-8}
[if first] You can rest here for a while.
[if again] You can stay a little longer, if you like.
(long)

# Return {keep} {fixed}
@return

> Never use this while you drive or work with machines. Stop if it makes things harder.
> It does not take the place of care. With a recent loss, psychosis, dissociation or thoughts of suicide, use it
> with a clinician.
"""
"""A good script; what is put in the place of @@ begins in line 18."""

Found = Callable[..., list[Finding]]


def checked(path: Path, language: str, scripts: Path | None = None) -> list[Finding]:
    """What the lint finds in a file."""
    return lint.check(source.load(str(path), language, scripts), today=TODAY)


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """``found("a line", …)``: what the lint finds in the good script with those lines in it.

    ``body=`` is another script; ``scripts=`` a folder of shared tables.
    """

    def find(*lines: str, body: str = BODY, scripts: Path | None = None, today: datetime.date = TODAY) -> list[Finding]:
        path = tmp_path / "test.md"
        path.write_text(body.replace("@@", "\n".join([*lines, ""])), "utf-8")
        return lint.check(source.load(str(path), "en", scripts), today=today)

    return find
