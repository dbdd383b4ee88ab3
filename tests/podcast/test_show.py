"""What a show says of itself: every field gets there, and every slip is told with what is right."""

from pathlib import Path

import pytest

from mettavox.errors import RequestError, ScriptError
from mettavox.podcast import categories, show
from mettavox.podcast.show import Funding, Person, Show

WHOLE = """\
title = "Steady care"
description = \"\"\"
A course for people who care.

In   six
sessions.
\"\"\"
author = "A clinic"
owner = "A. Clinic"
email = "care@example.org"
language = "en-GB"
category = ["Health & Fitness > mental health", "Religion & Spirituality"]
explicit = true
link = "https://example.org/about?x=1"
copyright = "A clinic"
medium = "course"
type = "serial"
locked = false
complete = true
private = true
artwork = "cover.png"
theme = "light"
guid = "9B024349-ccf0-5f69-a609-6b82873eab3c"
verify = "05124"
[[funding]]
url = "https://example.org/give"
text = "Support us"
[[person]]
name = "Ana & <Bo>"
role = "host"
group = "cast"
href = "https://example.org/ana"
img = "https://example.org/ana.jpg"
"""


def read(folder: Path, text: str) -> Show:
    path = folder / "podcast.toml"
    path.write_text(text, "utf-8")
    return show.read(path)


def test_every_field_is_read(tmp_path: Path) -> None:
    """A picture lies beside the file."""
    assert read(tmp_path, WHOLE) == Show(
        title="Steady care",
        description="A course for people who care.\n\nIn six sessions.",
        author="A clinic",
        owner="A. Clinic",
        email="care@example.org",
        language="en-GB",
        categories=(("Health & Fitness", "Mental Health"), ("Religion & Spirituality",)),
        explicit=True,
        link="https://example.org/about?x=1",
        copyright="A clinic",
        medium="course",
        kind="serial",
        locked=False,
        complete=True,
        private=True,
        artwork=tmp_path / "cover.png",
        theme="light",
        guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
        verify="05124",
        funding=(Funding(url="https://example.org/give", text="Support us"),),
        people=(
            Person(
                name="Ana & <Bo>", role="host", group="cast", href="https://example.org/ana",
                img="https://example.org/ana.jpg",
            ),
        ),
    )  # fmt: skip


def test_the_documentation_can_be_copied(tmp_path: Path) -> None:
    """Every field is in it, and it is read as it stands."""
    page = (Path(__file__).parents[2] / "docs" / "podcasts.md").read_text("utf-8")
    block = page.split("```toml\n")[1].split("```")[0]
    read(tmp_path, block)
    written = {line.partition("=")[0].strip() for line in WHOLE.splitlines() if " = " in line}
    assert written <= {line.partition("=")[0].strip() for line in block.splitlines() if " = " in line}


def test_nothing_has_to_be_said(tmp_path: Path) -> None:
    """The maker of the feed chooses then."""
    assert read(tmp_path, "") == Show()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('titel = "x"', "there is no field “titel”", "title"),
        ("title = 5", "“title” is not text", 'title = "…"'),
        (f'title = "{"x" * 256}"', "256 characters", "255"),
        (f'description = "{"é" * 2001}"', "4,002 bytes", "4,000"),
        ('email = "maya"', "no e-mail address", "name@example.org"),
        ('language = "English, please"', "no language", '"en"'),
        ('category = "Heath & Fitness"', "no category", "Health & Fitness"),
        ('category = "Technology > Apps"', "no category “Apps”", "none under it"),
        ('category = "Health & Fitness > Mental"', "no category “Mental”", "Mental Health"),
        ('explicit = "no"', "neither true nor false", "without quotes"),
        ('link = "example.org"', "“link” is not a web address", "https://"),
        ('medium = "podcasts"', "“medium” has no “podcasts”", "podcast"),
        ('guid = "1"', "no id of a show", "podcast:guid"),
        ('[[person]]\nrole = "host"', "person 1: there is no “name”", "name"),
        (f'[[person]]\nname = "{"x" * 129}"', "129 characters", "128"),
        ('[[funding]]\ntext = "Give"', "funding 1: there is no “url”", "url"),
        ('person = "Ana"', "not a list of tables", "[[person]]"),
        ("title = ", "line 1: this is not TOML", "key"),
    ],
)
def test_slips_are_told(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """With the file, the field, and what is right."""
    with pytest.raises(ScriptError if "category" not in text and "link" not in text else Exception) as raised:
        read(tmp_path, text)
    assert isinstance(raised.value, (ScriptError, RequestError))
    assert raised.value.message.startswith("podcast.toml")
    assert message in raised.value.message
    assert hint in raised.value.hint


def test_all_slips_are_told_at_once(tmp_path: Path) -> None:
    """The first one, and the others in its hint."""
    with pytest.raises(ScriptError) as raised:
        read(tmp_path, 'titel = "x"\nexplicit = 3\nemail = "x"')
    assert "titel" in raised.value.message
    assert "explicit" in raised.value.hint
    assert "email" in raised.value.hint


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Or is not there."""
    (tmp_path / "a.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(ScriptError, match="UTF-8"):
        show.read(tmp_path / "a.toml")
    with pytest.raises(ScriptError, match=r"b\.toml cannot be read"):
        show.read(tmp_path / "b.toml")


def test_the_usual_category_is_one_of_them() -> None:
    """All of them can be read as they are written."""
    assert categories.read(" > ".join(categories.USUAL)) == categories.USUAL
    for top, below in categories.CATEGORIES.items():
        assert categories.read(top) == (top,)
        for each in below:
            assert categories.read(f"{top}>{each}") == (top, each)
