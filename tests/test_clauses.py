"""When each card of a line is heard: cuts lie in the gaps of the sound."""

from collections.abc import Iterator

import numpy as np
import pytest

from mettavox import cards, casting, voices
from mettavox.clauses import Clause, split
from mettavox.loudness import Samples
from mettavox.script import Line
from mettavox.shape import Shaped, shaped

RATE = 22_050
TWO = "You might set them down outside the door, one by one, or all in a heap."
THREE = (
    "If you are ready for one more thing today, you might look around you in the room, "
    "and tell yourself the name of one thing that you can see."
)
PLAIN = "You might thank your body for all the breaths that it takes without you."


def sounds(*seconds: float, rate: int = RATE, noise_db: float = -90) -> Samples:
    """Hisses and silences by turns, each so many seconds, the first a silence; over a noise."""
    dice = np.random.RandomState(1)
    parts = [
        dice.standard_normal(round(length * rate)) * (0.1 if place % 2 else 0.0) for place, length in enumerate(seconds)
    ]
    whole = np.concatenate(parts)
    return (whole + dice.standard_normal(len(whole)) * 10 ** (noise_db / 20)).astype(np.float32)


def times(clauses: tuple[Clause, ...]) -> list[float]:
    return [edge / clause.rate for clause in clauses for edge in (clause.start, clause.end)]


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("noise_db", [-90, -62])
def test_a_cut_falls_into_the_gap(rate: int, noise_db: float):
    """The first card ends where the gap begins, the second begins where it ends; 20 ms are within a hop or two."""
    samples = sounds(0.01, 2.1, 0.2, 0.6, 0.25, 0.9, 0.03, rate=rate, noise_db=noise_db)
    found = split(TWO, samples, rate)
    assert [clause.text for clause in found] == list(cards.cards(TWO))
    assert times(found) == pytest.approx([0.01, 2.11, 2.31, 4.06], abs=0.02)


@pytest.mark.parametrize("gap", [0.06, 0.1, 0.4, 1.5])
@pytest.mark.parametrize("first", [1.6, 2.1, 2.5])
def test_the_voice_s_own_pace_does_not_matter(first: float, gap: float):
    """A first part that is said slower or faster, and a pause of any length, are found all the same."""
    found = split(TWO, sounds(0.01, first, gap, 1.6, 0.03), RATE)
    assert times(found) == pytest.approx([0.01, 0.01 + first, 0.01 + first + gap, 1.61 + first + gap], abs=0.02)


def test_each_mark_has_its_pause():
    """With as many pauses as marks, each is at its own, however the parts are paced."""
    samples = sounds(0.01, 3.0, 0.15, 1.6, 0.3, 3.0, 0.03)
    found = split(THREE, samples, RATE)
    assert len(found) == 3
    assert times(found) == pytest.approx([0.01, 3.01, 3.16, 4.76, 5.06, 8.06], abs=0.02)


def test_without_a_pause_the_quietest_moment_is_the_cut():
    """Close to where the syllables say."""
    samples = sounds(0.01, 4.0, 0.03)
    dip = round(2.42 * RATE)
    samples[dip : dip + RATE // 25] *= 0.2
    first, second = split(PLAIN, samples, RATE)
    assert first.end == second.start
    assert 2.40 <= first.end / RATE <= 2.48


def test_a_short_line_is_one_card_of_its_sound():
    """From its first sound to its last."""
    (only,) = split("May you be safe.", sounds(0.01, 1.0, 0.3, 0.5, 0.03), RATE)
    assert times((only,)) == pytest.approx([0.01, 1.81], abs=0.01)


@pytest.mark.parametrize("frames", [0, 1, 3, 100, 2_000])
@pytest.mark.parametrize("level", [0.0, 0.1])
def test_a_clip_that_is_no_speech_breaks_nothing(frames: int, level: float):
    """Every card is there, in order, within the clip."""
    samples = np.full(frames, level, dtype=np.float32)
    found = split(THREE, samples, RATE)
    edges = [edge for clause in found for edge in (clause.start, clause.end)]
    assert len(found) == 3
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= frames


def test_the_same_sound_is_cut_in_the_same_places():
    """Nothing is left to chance."""
    samples = sounds(0.01, 2.1, 0.2, 1.5, 0.03)
    assert split(TWO, samples, RATE) == split(TWO, samples.copy(), RATE)


# --- real speech ---

SPOKEN = {
    "system": [
        TWO,
        THREE,
        "When you are ready, take one calm breath with you to what comes next.",
        "If you like, fold your arms around you, and let your hands rest on your upper arms.",
        "If this is a hard moment, you might say to yourself: this is hard, and I am here.",
    ],
    "system-es": [
        "Puedes dejar que la silla, la cama o el suelo carguen con algo de tu peso.",
        "Si algo se pone muy fuerte, mira a tu alrededor y nombra una cosa que ves.",
        "Tal vez quieras dárselo también a otra persona, y ver cómo se siente.",
    ],
}


@pytest.fixture(scope="module")
def spoken() -> Iterator[dict[str, dict[str, Shaped]]]:
    """Each line, and each of its beginnings up to a cut, as a voice says them."""
    made: dict[str, dict[str, Shaped]] = {}
    for name, lines in SPOKEN.items():
        voice = voices.load(name)
        talk = casting.speech(voice, casting.pronouncer(voice).engine_text, workers=2)
        texts = {text for line in lines for text in (line, *beginnings(line))}
        asked = {text: Line(text=text, spoken=text, number=1) for text in texts}
        talk.speak(asked.values())
        made[name] = {text: shaped(talk.clip(line), voice.shaping) for text, line in asked.items()}
        talk.close()
    yield made


def beginnings(text: str) -> list[str]:
    parts = cards.cards(text)
    return [" ".join(parts[:end]).rstrip(",:") + "." for end in range(1, len(parts))]


def level_db(samples: Samples) -> float:
    return float(10 * np.log10(max(np.mean(np.square(samples, dtype=np.float64)), 1e-10)))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, lines in SPOKEN.items() for text in lines])
def test_a_voice_s_own_pause_is_the_cut(spoken: dict[str, dict[str, Shaped]], name: str, text: str):
    """Between two cards the voice is silent; and the first lasts about as long as when it is said alone."""
    clip = spoken[name][text]
    found = split(text, clip.samples, clip.rate, voices.load(name).language)
    assert found[0].start / clip.rate < 0.06
    assert len(clip.samples) / clip.rate - found[-1].end / clip.rate < 0.06
    loud = level_db(clip.samples)
    for before, after, beginning in zip(found, found[1:], beginnings(text), strict=False):
        assert after.start - before.end >= 0.06 * clip.rate
        assert level_db(clip.samples[before.end : after.start]) < loud - 25
        alone = spoken[name][beginning]
        assert before.end / clip.rate == pytest.approx(len(alone.samples) / alone.rate, abs=0.35)
