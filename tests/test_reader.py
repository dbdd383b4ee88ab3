"""Reading: a script's file becomes sections of passages; a slip is answered with its line."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from heads import HEAD
from mettavox import assets, lint, phrasebook, reader, source
from mettavox.errors import MettavoxError, RequestError, ScriptError
from mettavox.person import EXPERIENCES, RELATIONS, Listener, Spoken, Target
from mettavox.prepare import Prepared, plan, prepare
from mettavox.prepare import read as read_for
from mettavox.request import ANCHORS, CLOSINGS, Request
from mettavox.script import CORE, PAUSES, PLUS, PLUS_PLUS, Bell, Breath, Line, Passage, Review

PreparedFrom = Callable[..., Prepared]

WELCOME = "# Welcome {keep}\n! You can stop at any time.\n"


def passages(prepared: Prepared) -> list[Passage]:
    return [passage for section in prepared.script.sections for passage in section.passages]


def texts(prepared: Prepared) -> list[str]:
    return [passage.sound.text for passage in passages(prepared) if isinstance(passage.sound, Line)]


def texts_after_welcome(prepared: Prepared) -> list[str]:
    return texts(prepared)[1:]


def read_body(prepared_from: PreparedFrom, body: str, **request: object) -> list[str]:
    return texts_after_welcome(prepared_from(WELCOME + body, **request))


# --- lines ---


def test_a_line_knows_its_number_in_the_file(prepared_from: PreparedFrom) -> None:
    """The head counts too: the head of these tests has six lines."""
    numbers = {line.text: line.number for line in prepared_from(WELCOME + "\nRest here.").script.lines()}
    assert numbers == {"You can stop at any time.": 8, "Rest here.": 10}


def test_tiers_and_protection_are_read_from_the_first_signs(prepared_from: PreparedFrom) -> None:
    """Plain, +, ++ and !."""
    found = passages(prepared_from(WELCOME + "Core.\n+ Plus.\n++ Plenty.\n! Always.\n+Close.\n"))
    assert [(p.sound.text, p.tier, p.protected) for p in found[1:] if isinstance(p.sound, Line)] == [
        ("Core.", CORE, False),
        ("Plus.", PLUS, False),
        ("Plenty.", PLUS_PLUS, False),
        ("Always.", CORE, True),
        ("Close.", PLUS, False),
    ]


def test_pauses_belong_to_the_line_before_them(prepared_from: PreparedFrom) -> None:
    """At the end of the line or on lines of their own; several add up."""
    found = passages(prepared_from(WELCOME + "Rest here. (breath)\n(notice)\n(20s to 90s) (beat)\n"))
    assert [pause.name for pause in found[-1].pauses] == ["breath", "notice", "20s to 90s", "beat"]


def test_only_the_last_sentence_of_a_line_has_its_pauses(prepared_from: PreparedFrom) -> None:
    """Between sentences there is a beat."""
    found = passages(prepared_from(WELCOME + "Rest here. And here. (rest)\n"))
    assert [passage.pauses for passage in found[1:]] == [(), (PAUSES["rest"],)]


@pytest.mark.parametrize("closing", ["sleep", "day"])
def test_a_pause_under_a_pair_of_choices_belongs_to_the_one_that_is_heard(
    prepared_from: PreparedFrom, closing: str
) -> None:
    """Either way round, and no pause is heard twice."""
    body = "Rest.\n[if sleep] Night.\n[if not sleep] Morning.\n(rest)\n"
    body += "[if day] Up. (breath)\n[if sleep] Down.\n(long)\n"
    found = {
        passage.sound.text: [pause.name for pause in passage.pauses]
        for passage in passages(prepared_from(WELCOME + body, closing=closing))
        if isinstance(passage.sound, Line)
    }
    del found["You can stop at any time."]
    expected = {"sleep": {"Night.": ["rest"], "Down.": ["long"]}, "day": {"Morning.": ["rest"], "Up.": ["breath"]}}
    assert found == {"Rest.": [], **expected[closing]}


def test_a_pause_under_one_choice_goes_with_it(prepared_from: PreparedFrom) -> None:
    """The line before is not given it."""
    found = passages(prepared_from(WELCOME + "Rest.\n[if sleep] Night.\n(rest)\n"))
    assert [passage.pauses for passage in found] == [(), ()]


def test_notes_and_handout_lines_are_not_spoken(prepared_from: PreparedFrom) -> None:
    """// is for the author, > for the page that is handed out."""
    assert read_body(prepared_from, "// A note (nope) {x}.\n> A handout: @anything.\nRest.\n   // Indented.\n") == [
        "Rest."
    ]


def test_a_byte_order_mark_and_other_line_ends_are_taken(prepared_from: PreparedFrom) -> None:
    """As Windows and old Macs write them; line numbers stay right."""
    for end in ("\n", "\r\n", "\r"):
        body = (
            "\ufeff---\ntitle: T\nlanguage: en\nminutes: {shortest: 1, typical: 1, longest: 2}\n---\n" + WELCOME
        ).replace("\n", end)
        prepared = prepared_from(body, head="")
        assert [(line.text, line.number) for line in prepared.script.lines()] == [("You can stop at any time.", 7)]


def test_spaces_around_a_line_mean_nothing(prepared_from: PreparedFrom) -> None:
    """Indents and trailing spaces of an editor."""
    assert read_body(prepared_from, "   Rest   here.  \t\n") == ["Rest here."]


# --- sections ---


def test_sections_keep_their_order_and_marks(prepared_from: PreparedFrom) -> None:
    """Titles become chapters; marks bend them."""
    script = prepared_from(
        WELCOME + "# Settle {importance 8}\nSit.\n# Wishes {repeat 1-3}\nRest.\n"
        "# Hard {opt-in difficult}\nRest.\n# Return {keep} {fixed}\nGo well.\n"
    ).script
    assert [(s.title, s.importance, s.repeat, s.fixed, s.opt_in) for s in script.sections] == [
        ("Welcome", 10, 1, False, ""),
        ("Settle", 8, 1, False, ""),
        ("Wishes", 5, 3, False, ""),
        ("Hard", 5, 1, False, "difficult"),
        ("Return", 10, 1, True, ""),
    ]


def test_a_section_in_which_nothing_sounds_is_left_out(prepared_from: PreparedFrom) -> None:
    """Choices can empty a section; a chapter of nothing helps nobody."""
    script = prepared_from(WELCOME + "# Touch\n[if touch] Rest a hand.\n# End\nRest.", anchor="none").script
    assert [section.title for section in script.sections] == ["Welcome", "End"]


def test_a_title_never_holds_a_name(prepared_from: PreparedFrom) -> None:
    """Chapters can be seen by anyone; the error does not show the name either."""
    with pytest.raises(ScriptError, match="line 9: a section's title holds a person's name") as caught:
        prepared_from(
            WELCOME + "# For {{ target.label }}\nRest.", target=Target(name=Spoken(written="Zebedee", said="Zebedee"))
        )
    assert "Zebedee" not in caught.value.message + caught.value.hint


# --- choices ---


@pytest.mark.parametrize(
    ("condition", "request_", "heard"),
    [
        ("[if touch]", {"anchor": "heart"}, True),
        ("[if touch]", {"anchor": "none"}, False),
        ("[if touch]", {"anchor": "object"}, False),
        ("[if not touch]", {"anchor": "none"}, True),
        ("[if heart]", {"anchor": "heart"}, True),
        ("[if heart or belly]", {"anchor": "belly"}, True),
        ("[if heart or belly]", {"anchor": "arms"}, False),
        ("[if not heart or belly]", {"anchor": "belly"}, False),
        ("[if person]", {"target": Target(relation="client")}, True),
        ("[if person]", {"target": Target(relation="group")}, False),
        ("[if difficult]", {"target": Target(relation="neutral")}, False),
        ("[if neutral]", {"target": Target(relation="neutral")}, True),
        ("[if gentle]", {"listener": Listener(gentle=True)}, True),
        ("[if name]", {"listener": Listener(name=Spoken(written="Sam", said="Sam"))}, True),
        ("[if not name]", {}, True),
        ("[if named]", {"target": Target(name=Spoken(written="Sam", said="Sam"))}, True),
        ("[if beginner]", {"listener": Listener(experience="beginner")}, True),
        ("[if sleep]", {"closing": "sleep"}, True),
        ("[if not sleep]", {"closing": "sleep"}, False),
        ("[if paced]", {"breath": "even"}, True),
        ("[if paced]", {"breath": "natural"}, False),
        ("[if sigh]", {"breath": "sigh"}, True),
        ("[ if  not   touch ]", {"anchor": "none"}, True),
    ],
)
def test_a_choice_keeps_or_drops_its_line(
    prepared_from: PreparedFrom, condition: str, request_: dict[str, object], heard: bool
) -> None:
    """[if …] and [if not …], with one word or several."""
    assert read_body(prepared_from, f"{condition} Chosen.\nRest.", **request_) == (
        ["Chosen.", "Rest."] if heard else ["Rest."]
    )


@pytest.mark.parametrize("word", sorted({*RELATIONS, *ANCHORS, *CLOSINGS, *EXPERIENCES} - {"none"}))
def test_every_relation_anchor_closing_and_experience_can_be_asked_for(prepared_from: PreparedFrom, word: str) -> None:
    """Whatever a request can choose, a script can tell apart."""
    lines = read_body(prepared_from, f"[if {word}] Chosen.\n[if not {word}] Else.")
    assert len(lines) == 1


def test_a_dropped_line_takes_its_pauses_along(prepared_from: PreparedFrom) -> None:
    """Else the line before it would be followed by two silences."""
    found = passages(prepared_from(WELCOME + "Rest. (beat)\n[if touch] A hand.\n(long)\nOn.\n(breath)", anchor="none"))
    assert [[pause.name for pause in passage.pauses] for passage in found[1:]] == [["beat"], ["breath"]]


def test_a_choice_before_a_section_keeps_or_drops_all_of_it(prepared_from: PreparedFrom) -> None:
    """Up to the next heading."""
    body = "[if touch] # Hand\nRest a hand.\n(rest)\n@wishes self\n# End\nGo well.\n"
    assert read_body(prepared_from, body, anchor="none") == ["Go well."]
    assert len(read_body(prepared_from, body, anchor="heart")) == 6


@pytest.mark.parametrize(
    ("condition", "rounds"),
    [("[if first]", "first"), ("[if again]", "again"), ("[if not first]", "again"), ("[if not again]", "first")],
)
def test_first_and_again_say_in_which_rounds_a_line_is_heard(
    prepared_from: PreparedFrom, condition: str, rounds: str
) -> None:
    """They are no choice of the request: both stay in the script."""
    found = passages(prepared_from(WELCOME + f"# W {{keep}} {{repeat 1-3}}\n{condition} Chosen.\nRest."))
    assert [passage.rounds for passage in found] == ["every", rounds, "every"]


@pytest.mark.parametrize(("word", "meant"), [("tuch", "touch"), ("persn", "person"), ("agian", "again")])
def test_an_unknown_choice_gets_the_nearest(prepared_from: PreparedFrom, word: str, meant: str) -> None:
    """With the line."""
    with pytest.raises(ScriptError, match=r"test\.md, line 9: there is no choice") as caught:
        prepared_from(WELCOME + f"[if {word}] Rest.")
    assert caught.value.hint == f"Did you mean “{meant}”?"


@pytest.mark.parametrize("opening", ["[touch] Rest.", "[if] Rest.", "[if touch Rest.", "[If Touch!] Rest.", "[] Rest."])
def test_a_choice_that_cannot_be_read_is_refused(prepared_from: PreparedFrom, opening: str) -> None:
    """Brackets mean choices at the start of a line."""
    with pytest.raises(ScriptError, match=r"line 9: “\[” opens a choice"):
        prepared_from(WELCOME + opening)


# --- blocks ---


def test_wishes_are_counted_and_each_has_its_pause(prepared_from: PreparedFrom) -> None:
    """The third and fourth come when there is time."""
    found = passages(prepared_from(WELCOME + "@wishes self"))[1:]
    assert [passage.wish for passage in found] == [1, 2, 3, 4]
    assert all(passage.pauses == (PAUSES["phrase"],) for passage in found)


@pytest.mark.parametrize(
    ("who", "first"),
    [
        ("self", "May I be safe."),
        ("receive", "May you be safe."),
        ("they", "May they be safe."),
        ("both", "May we both be safe."),
        ("all", "May all beings be safe."),
        ("target", "May you be safe."),
    ],
)
def test_wishes_are_said_to_whom_they_are_for(prepared_from: PreparedFrom, who: str, first: str) -> None:
    """One table, a column a person."""
    assert read_body(prepared_from, f"@wishes {who}")[0] == first


def test_a_pause_after_wishes_belongs_to_the_last(prepared_from: PreparedFrom) -> None:
    """The silence after the set."""
    found = passages(prepared_from(WELCOME + "@wishes self\n(rest)"))
    assert [pause.name for pause in found[-1].pauses] == ["phrase", "rest"]


def test_a_paced_breath_has_its_pattern_and_bounds(prepared_from: PreparedFrom) -> None:
    """@breathe PATTERN CYCLES, or from fewest to most."""
    for words, bounds in {"soft 6": (6, 6), "soft 6 to 60": (6, 60), "soft 6-60": (6, 60)}.items():
        breath = passages(prepared_from(WELCOME + f"@breathe {words}"))[-1].sound
        assert isinstance(breath, Breath)
        assert (breath.pattern, breath.fewest, breath.most) == ("soft", *bounds)


def test_cues_of_a_breath_come_fullest_first(prepared_from: PreparedFrom) -> None:
    """The fit takes a shorter one where the fuller has no room."""
    breath = passages(prepared_from(WELCOME + "@breathe soft 6"))[-1].sound
    assert isinstance(breath, Breath)
    ((inhale, exhale),) = breath.cycles
    assert (inhale.seconds, exhale.seconds) == (4, 6)
    assert [line.text for line in inhale.lines] == ["Breathe in.", "In."]
    assert [line.text for line in exhale.lines] == ["Breathe out slowly.", "Breathe out.", "Out."]


def test_a_pattern_with_a_most_is_held_to_it(prepared_from: PreparedFrom) -> None:
    """4-7-8: four cycles in one sitting, whatever the script says."""
    breath = passages(prepared_from(WELCOME + "@breathe 4-7-8 6 to 60"))[-1].sound
    assert isinstance(breath, Breath)
    assert (breath.fewest, breath.most) == (4, 4)


def test_a_breath_at_the_listener_s_own_pace_has_invitations_instead(prepared_from: PreparedFrom) -> None:
    """natural: as many as the fewest are always there, the others are additions."""
    found = passages(prepared_from(WELCOME + "@breathe natural 2 to 5"))[1:]
    assert all(isinstance(passage.sound, Line) for passage in found)
    invitations = [passage for passage in found if passage.pauses]  # the last sentence of each has the pause
    assert len(invitations) == 5
    assert all(passage.pauses == (PAUSES["rest"],) for passage in invitations)
    assert [passage.wish > 2 for passage in invitations] == [False, False, True, True, True]


@pytest.mark.parametrize("closing", CLOSINGS)
def test_the_return_is_the_one_that_was_chosen(prepared_from: PreparedFrom, closing: str) -> None:
    """@return follows --closing; @return work is always that one."""
    chosen = read_body(prepared_from, "@return", closing=closing)
    assert chosen
    assert read_body(prepared_from, f"@return {closing}") == chosen


def test_a_bell_is_a_sound_of_its_own(prepared_from: PreparedFrom) -> None:
    """@bell."""
    assert isinstance(passages(prepared_from(WELCOME + "@bell\n(breath)\nRest."))[1].sound, Bell)


def test_blocks_have_tiers_too(prepared_from: PreparedFrom) -> None:
    """+ @wishes all: when there is time."""
    found = passages(prepared_from(WELCOME + "+ @wishes all"))[1:]
    assert {passage.tier for passage in found} == {PLUS}


# --- slips, each answered with its line ---

SLIPS = {
    "(nope)": "is not a pause",
    "(breath) and words": "a pause",
    "(breath": "a pause",
    "Rest (breath) here.": "a pause in the middle of a line",
    "Rest {now}.": "there are braces",
    "! …": "there is nothing here that can be spoken",
    "+": "there is nothing here that can be spoken",
    "# {keep}": "a section needs a title",
    "# Rest {keeep}": "there is no section mark",
    "# Rest {importance 11}": "has a wrong value",
    "[if wet] Rest.": "there is no choice",
    "[Rest": "opens a choice that cannot be read",
    "@wish self": "“en” has no block “@wish”",
    "@": "“en” has no block",
    "@wishes": "there are no wishes for",
    "@wishes frend": "there are no wishes for",
    "@breathe": "@breathe needs a pattern and how many breaths",
    "@breathe soft": "@breathe needs a pattern and how many breaths",
    "@breathe soft 0": "@breathe needs a pattern and how many breaths",
    "@breathe soft many": "@breathe needs a pattern and how many breaths",
    "@breathe sotf 6": "there is no breath",
    "@breathe soft 60 to 6": "is the wrong way round",
    "@return home": "there is no closing",
    "@bell loud": "@bell takes nothing after it",
    "Rest\u200b here.": "cannot be seen or spoken",
    "{{ nmae }}": "there is no slot",
    "{{ name }": "",
    "{% if %}": "",
}


@pytest.mark.parametrize("line", SLIPS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_slip_in_line_12_says_line_12(prepared_from: PreparedFrom, line: str, end: str) -> None:
    """Every kind of slip: the file, the line, what is wrong, and what to do."""
    body = (WELCOME + "\n// A note.\n\n" + line + "\nRest here.\n").replace("\n", end)
    with pytest.raises(ScriptError, match=r"^test\.md, line 12: ") as caught:
        prepared_from(body)
    assert SLIPS[line] in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("(notise)", "notice"),
        ("@wishs self", "wishes"),
        ("@wishes targte", "target"),
        ("@breathe sotf 6", "soft"),
        ("@return slep", "sleep"),
        ("# Rest {fixd}", "fixed"),
        ("[if slep] Rest.", "sleep"),
        ("{{ nmae }}", "name"),
        ("{{ targt.label }}", "target"),
    ],
)
def test_a_misspelled_word_gets_the_nearest_known_one(prepared_from: PreparedFrom, line: str, meant: str) -> None:
    """Whatever kind of word it is."""
    with pytest.raises(ScriptError) as caught:
        prepared_from(WELCOME + line)
    assert caught.value.hint == f"Did you mean “{meant}”?"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("{# one\ntwo #}\n", id="jinja comment over two lines"),
        pytest.param("{% if name %}\nRest.\n{% endif %}\n", id="jinja choice over three lines"),
        pytest.param("{% for i in range(3) %}\nRest.\n{% endfor %}\n", id="jinja loop"),
        pytest.param("Rest\u2028here.\n", id="line separator"),
        pytest.param("Rest\x0bhere.\n", id="vertical tab"),
        pytest.param("Rest\x85here.\n", id="next line"),
    ],
)
def test_what_stands_above_a_slip_does_not_move_its_line(prepared_from: PreparedFrom, before: str) -> None:
    """The number is the editor's, whatever the template does above; or that which is above is itself refused."""
    body = WELCOME + before
    expected = 6 + body.count("\n") + 1
    with pytest.raises(ScriptError) as caught:
        prepared_from(body + "(nope)\n")
    if "nope" in caught.value.message:
        assert f"line {expected}:" in caught.value.message


def test_a_line_before_the_first_section_is_refused(prepared_from: PreparedFrom) -> None:
    """Every line has a chapter."""
    with pytest.raises(ScriptError, match="line 7: there is a line before the first section"):
        prepared_from("Rest.\n" + WELCOME)


@pytest.mark.parametrize("body", ["", "# Welcome {keep}\n", "// Only a note.\n", "# Welcome\n(rest)\n"])
def test_a_script_without_words_is_refused(prepared_from: PreparedFrom, body: str) -> None:
    """There is nothing to say."""
    with pytest.raises(ScriptError, match=r"test\.md: there is nothing to say"):
        prepared_from(body)


def test_a_script_without_permission_to_stop_is_refused(prepared_from: PreparedFrom) -> None:
    """No listener is left without it."""
    with pytest.raises(ScriptError, match="that they may stop") as caught:
        prepared_from("# Welcome {keep}\nRest here.\n")
    assert "! You can stop" in caught.value.hint


# --- the head ---


def head_with(line: str) -> str:
    return f"---\ntitle: T\nlanguage: en\nminutes: {{shortest: 1, typical: 2, longest: 3}}\n{line}\n---\n"


def test_the_head_says_what_the_script_is() -> None:
    """Title, language, lengths, slots, purpose and review."""
    head, _ = reader.split(
        "---\ntitle: Rest\nlanguage: en\npurpose: To rest.\nminutes: {shortest: 1, typical: 2.5, longest: 3}\n"
        "slots: [name]\nreview: {status: approved}\nsources: [A 2020]\n---\n# W\n"
    )
    read = reader.read_head(head, "rest", "rest.md")
    assert (read.id, read.title, read.language, read.purpose) == ("rest", "Rest", "en", "To rest.")
    assert (read.minutes.shortest, read.minutes.typical, read.minutes.longest) == (1, 2.5, 3)
    assert (read.slots, read.review.status) == (("name",), "approved")


def test_the_body_keeps_its_line_numbers() -> None:
    """The head is taken out and its lines stay, empty."""
    _, body = reader.split("---\ntitle: T\n---\n# W\n")
    assert body.splitlines() == ["", "", "", "# W"]


@pytest.mark.parametrize("missing", ["title", "language", "minutes"])
def test_a_head_without_a_field_it_needs_is_refused(prepared_from: PreparedFrom, missing: str) -> None:
    """Which one."""
    lines = head_with("").splitlines(keepends=True)
    head = "".join(line for line in lines if not line.startswith(missing))
    with pytest.raises(ScriptError, match=rf"test\.md, line 1: the head has no “{missing}”"):
        prepared_from(WELCOME, head=head)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("titel: X", "unknown “titel”"),
        ("slots: name", "“slots” is not a list"),
        ("slots: [nmae]", "there is no slot “nmae”"),
        ("slots: [[name]]", "there is no slot"),
        ("minutes: 5", "“minutes” needs"),
        ("minutes: {shortest: 5, typical: 2, longest: 9}", "“minutes” needs"),
        ("minutes: {shortest: 0, typical: 2, longest: 9}", "“minutes” needs"),
        ("minutes: {shortest: one, typical: 2, longest: 9}", "“minutes” needs"),
        ("minutes: {shortest: .nan, typical: .nan, longest: .nan}", "“minutes” needs"),
        ("minutes: {typical: 2}", "“minutes” needs"),
        ("purpose: a: b", "line 5"),
        ("purpose: [", "line"),
        ("\tpurpose: x", "line 5"),
    ],
)
def test_a_wrong_head_says_what_is_wrong_in_it(prepared_from: PreparedFrom, line: str, what: str) -> None:
    """With the file, and the line where the YAML itself breaks."""
    with pytest.raises(ScriptError, match=r"^test\.md") as caught:
        prepared_from(WELCOME, head=head_with(line))
    assert what in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "line",
    ["purpose: 2024-13-45", "minutes: {shortest: 1, typical: 2, longest: .inf}",
     "purpose: !!python/name:os.system", "purpose: !!int x"],
)  # fmt: skip
def test_what_a_head_may_not_hold_is_an_error_of_the_script(prepared_from: PreparedFrom, line: str) -> None:
    """Never a bug of ours: dates that are none, endless lengths, tags of other programs."""
    with pytest.raises(ScriptError):
        prepared_from(WELCOME, head=head_with(line))


@pytest.mark.parametrize("head", ["", "---\ntitle: T\n", "title: T\n---\n", "--- \n---\n"])
def test_a_script_without_a_head_is_shown_how_to_start(prepared_from: PreparedFrom, head: str) -> None:
    """Three dashes, then the fields."""
    with pytest.raises(ScriptError, match="line 1: the script has no head") as caught:
        prepared_from(WELCOME, head=head)
    assert "---" in caught.value.hint


@pytest.mark.parametrize("head", ["---\n- a\n- b\n---\n", "---\njust words\n---\n"])
def test_a_head_that_is_no_table_is_refused(prepared_from: PreparedFrom, head: str) -> None:
    """A list, or a sentence."""
    with pytest.raises(MettavoxError, match="no table"):
        prepared_from(WELCOME, head=head)


# --- shared blocks ---


@pytest.fixture
def with_block(tmp_path: Path) -> Callable[[str, str], Prepared]:
    """``with_block(block, body)``: a script with that body beside a shared block called “mine”."""

    def make(block: str, body: str) -> Prepared:
        folder = tmp_path / "scripts"
        (folder / "en" / "shared").mkdir(parents=True)
        (folder / "en" / "shared" / "mine.md").write_text(block)
        path = tmp_path / "test.md"
        path.write_text(HEAD + WELCOME + body)
        return prepare(Request(script=str(path), scripts=folder))

    return make


def test_a_shared_block_keeps_its_own_marks(with_block: Callable[[str, str], Prepared]) -> None:
    """What it marks as extra stays extra; the calling line can only make more so."""
    found = passages(with_block("One.\n+ Two.\n! Three.\n[if again] Four.\n(rest)\n", "+ @mine\n"))
    told = {p.sound.text: (p.tier, p.protected, p.rounds) for p in found if isinstance(p.sound, Line)}
    assert told["One."] == (PLUS, False, "every")
    assert told["Two."] == (PLUS, False, "every")
    assert told["Three."] == (PLUS, True, "every")
    assert told["Four."] == (PLUS, False, "again")


@pytest.mark.parametrize(
    ("block", "body", "message"),
    [
        ("@mine\n", "@mine\n", "the block “@mine” holds itself"),
        ("# Part\nRest.\n", "@mine\n", "the block “@mine” has a section in it"),
        ("Rest.\n", "@mine now\n", "@mine takes nothing after it"),
        ("Rest.\n(nope)\n", "@mine\n", r"\(nope\) is not a pause"),
    ],
)
def test_a_slip_with_a_shared_block_names_the_calling_line(
    with_block: Callable[[str, str], Prepared], block: str, body: str, message: str
) -> None:
    """File, line and block."""
    with pytest.raises(ScriptError, match=rf"test\.md, line 9: .*{message}"):
        with_block(block, body)


def test_a_round_and_a_choice_do_not_mix_in_one_condition(prepared_from: PreparedFrom) -> None:
    """They stand one after another."""
    with pytest.raises(ScriptError, match="“first or sleep” mixes a round with a choice") as caught:
        prepared_from(WELCOME + "[if first or sleep] Rest.\n")
    assert "[if sleep] [if first]" in caught.value.hint


@pytest.mark.parametrize("field", ["language: no", "title: no", "title: 0", "language: off"])
def test_a_word_that_yaml_takes_for_something_else_needs_quotes(field: str) -> None:
    """Norwegian is not “no”; the field is there all the same."""
    key = field.split(":", maxsplit=1)[0]
    lines = {"title": "title: T", "language": "language: en", key: field}
    head = "\n".join([*lines.values(), "minutes: {shortest: 1, typical: 2, longest: 3}", ""])
    with pytest.raises(ScriptError, match=f"“{key}” is not text") as caught:
        reader.read_head(head, "t", "t.md")
    assert "quotes" in caught.value.hint


def test_a_head_s_odd_values_are_answered() -> None:
    """A number of 400 digits; a field of the review that waits to be filled in."""
    head = "title: T\nlanguage: en\nminutes: {shortest: 1, typical: 2, longest: %s}\nreview: {reviewer: , level: }\n"
    with pytest.raises(ScriptError, match="“minutes” needs"):
        reader.read_head(head % ("9" * 400), "t", "t.md")
    assert reader.read_head(head % 3, "t", "t.md").review == Review()


def test_a_chosen_block_may_be_empty_for_this_listener(tmp_path: Path) -> None:
    """All of its own lines may be for others; the script goes on."""
    shared = tmp_path / "en" / "shared"
    shared.mkdir(parents=True)
    (shared / "aside.md").write_text("[if sleep] For the night.\n")
    text = (
        "---\ntitle: T\nlanguage: en\nminutes: {shortest: 1, typical: 2, longest: 3}\nslots: [closing]\n---\n"
        "# Welcome {keep}\n[if touch] @aside\n(rest)\n! You can stop at any time.\n"
    )
    found = source.parse(text, "t.md", "en", tmp_path)
    script = read_for(found, Request(script="t"), phrasebook.load("en", tmp_path))
    assert [line.text for line in script.lines()] == ["You can stop at any time."]


# --- the disclosure ---

DISCLOSED = {"en": "The voice that you hear was made by a computer.", "es": "La voz que oyes es sintética."}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_synthetic_voice_says_so_first_of_all_and_once(language: str) -> None:
    """In every script, with a breath after it, at any length."""
    for name in source.ids(language):
        with_, without = (prepare(Request(script=name, language=language, disclose=each)) for each in (True, False))
        (first, *rest) = passages(with_)
        assert rest == passages(without)
        assert isinstance(first.sound, Line)
        assert (first.sound.text, first.sound.personal) == (DISCLOSED[language], False)
        assert (first.tier, first.rounds, [pause.name for pause in first.pauses]) == (CORE, "first", ["breath"])
        assert with_.script.sections[0].kept


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_words_of_the_disclosure_pass_the_rules_of_their_language(language: str) -> None:
    """Nothing to say against them."""
    assert lint.wording(DISCLOSED[language], language) == []


def test_the_disclosure_is_said_once_where_its_section_comes_again(prepared_from: PreparedFrom) -> None:
    """In the first round."""
    made = prepared_from(
        "# Rest {keep} {repeat 1-4}\n! You can stop at any time. (beat)\nRest. (notice)\n",
        disclose=True, seconds=Fraction(60),
    )  # fmt: skip
    said = [place.sound.text for place in plan(made).placements if isinstance(place.sound, Line)]
    assert said[0] == DISCLOSED["en"]
    assert said.count(DISCLOSED["en"]) == 1
    assert said.count("Rest.") > 1


def test_the_disclosure_is_in_a_section_that_is_always_there(prepared_from: PreparedFrom) -> None:
    """Not in one that comes with time, by choice, or only when it is asked for."""
    body = (
        "# Long {importance 3}\nAs long as you like. (rest)\n# Hard {keep} {opt-in difficult}\nSomeone hard. (rest)\n"
        "[if sleep] # Night {keep}\nNight.\n" + WELCOME + "Go well.\n"
    )
    made = prepared_from(body, disclose=True)
    (welcome,) = (section for section in made.script.sections if section.title == "Welcome")
    assert isinstance(welcome.passages[0].sound, Line)
    assert welcome.passages[0].sound.text == DISCLOSED["en"]
    assert texts(made).count(DISCLOSED["en"]) == 1


def test_a_script_of_which_nothing_is_always_there_cannot_disclose(prepared_from: PreparedFrom) -> None:
    """Rather than a promise that is not kept."""
    body = "# Welcome {importance 9}\n! You can stop at any time.\n"
    with pytest.raises(ScriptError, match="no section is there at any length, so --disclose has no place") as caught:
        prepared_from(body, disclose=True)
    assert "{keep}" in caught.value.hint


def test_the_disclosure_is_no_line_that_can_be_edited(prepared_from: PreparedFrom) -> None:
    """An edit of any other line leaves it as it is, and not personal."""
    body = WELCOME + "Rest.\nGo well.\n"
    made = prepared_from(body, disclose=True, edits=((8, "You may leave."), (9, "Stay."), (10, "Bye.")))
    (first, *_) = passages(made)
    assert isinstance(first.sound, Line)
    assert (first.sound.text, first.sound.personal, first.sound.number) == (DISCLOSED["en"], False, 7)
    with pytest.raises(RequestError, match="line 7 of the script is not one that is spoken"):
        prepared_from(body, disclose=True, edits=((7, "A person speaks."),))


def test_a_language_without_the_words_of_disclosure_says_so(tmp_path: Path) -> None:
    """With where they belong; a folder of one's own can have others."""
    for entry in (assets.bundled("scripts") / "en" / "shared").iterdir():
        if entry.is_file() and entry.name != "disclosure.md":
            target = tmp_path / "nn" / "shared" / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(entry.read_text("utf-8"), encoding="utf-8")
    head = HEAD.replace("language: en", "language: nn")
    (tmp_path / "nn" / "mine.md").write_text(head + WELCOME + "Rest.\n", encoding="utf-8")
    request = Request(script="mine", language="nn", scripts=tmp_path, voice="hum", disclose=True)
    with pytest.raises(RequestError, match="“nn” has no words for --disclose") as caught:
        prepare(request)
    assert caught.value.hint == "Write them in shared/disclosure.md."
    (tmp_path / "nn" / "shared" / "disclosure.md").write_text(
        "Røysta er laga av ei maskin. (breath)\n", encoding="utf-8"
    )
    assert texts(prepare(request))[0] == "Røysta er laga av ei maskin."


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("@breathe natural 1 to 300000", "999 breaths are the most"),
        ("@breathe soft " + "9" * 500, "999 breaths are the most"),
        ("Hello.\n(" + "9" * 400 + "s)", "more than a day"),
        ("Hello.\n(1s to 99999999m)", "more than a day"),
        ("Hello.\n(" + "1s " * 600 + ")", "is not a pause"),
        ("# More {importance 3} {repeat 1-99}\nHello.\n" * 150, "99 sections at most"),
    ],
)
def test_what_nobody_could_listen_to_is_refused(prepared_from: PreparedFrom, line: str, match: str) -> None:
    """A few letters do not make a day's work."""
    with pytest.raises(ScriptError, match=match):
        prepared_from(f"# W {{keep}}\n! You can stop at any time.\n{line}\n")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (HEAD + "// " + "x" * 2000 + "\n", r"line 7: the line has 2003 letters; 2000 is the most"),
        (HEAD + "x\n" * 40_000, r"80\d\d\d letters; 60000 is the most"),
        ("---\ntitle: &a x\nlanguage: *a\n---\n", r"line 3: “\*” before a word"),
    ],
)
def test_a_text_that_no_writer_writes_is_refused(text: str, match: str) -> None:
    """Each time before anything is made of it."""
    with pytest.raises(ScriptError, match=match):
        source.parse(text, "x.md", "en")
