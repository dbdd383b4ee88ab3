"""Show notes: what an app shows, never longer than a feed takes, and with times that make chapters."""

from mettavox.podcast import plaintext, shownotes

CHAPTERS = "00:00:00 Welcome\n00:01:00 Settle\n00:02:00 Return\n"


def test_blocks_stand_apart() -> None:
    """As text with an empty line between, and as paragraphs."""
    blocks = shownotes.lay(["For <rest> & sleep.", ""], listed=CHAPTERS, heading="Chapters", closing="Synthetic.")
    assert shownotes.plain(blocks) == (
        "For <rest> & sleep.\n\nChapters\n00:00:00 Welcome\n00:01:00 Settle\n00:02:00 Return\n\nSynthetic."
    )
    assert shownotes.html(blocks) == (
        "<p>For &lt;rest&gt; &amp; sleep.</p>"
        "<p>Chapters<br/>00:00:00 Welcome<br/>00:01:00 Settle<br/>00:02:00 Return</p><p>Synthetic.</p>"
    )


def test_the_chapters_and_who_speaks_stay() -> None:
    """When there is more than there is room for, and that is filled."""
    blocks = shownotes.lay(["שלום 🧘 " * 1000, "Safety."], listed=CHAPTERS, heading="Chapters", closing="Synthetic.")
    text = shownotes.plain(blocks)
    assert 3980 <= plaintext.size(text) <= 4000
    assert text.endswith(f"…\n\nChapters\n{CHAPTERS}\nSynthetic.")
    assert "Safety" not in text


def test_chapters_are_cut_by_lines() -> None:
    """None of them has half a title, and who speaks is still told."""
    many = "".join(f"00:{minute:02d}:00 {'é' * 100}\n" for minute in range(60))
    text = shownotes.plain(shownotes.lay(["For rest."], listed=many, heading="Chapters", closing="Synthetic."))
    assert plaintext.size(text) <= 4000
    assert text.endswith("\n\nSynthetic.")
    assert text.count("é") % 100 == 0
    assert text.count("é") > 1500
