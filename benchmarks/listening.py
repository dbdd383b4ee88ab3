"""Listens to every bundled English line in a voice: a speech recogniser writes down what it hears.

Run as ``.venv/bin/python benchmarks/listening.py [--voice amy …] [--sample 150]``; it needs
pocketsphinx. Lines are spoken, checked, trimmed and filtered as for a track. What was heard is kept in a folder, so
that a run which was broken off goes on. The recogniser has its own American dictionary and language model and has never
seen our words; a word's error may be the voice's or the recogniser's, so compare voices, and read the worst lines.
"""

import argparse
import hashlib
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from mettavox import casting, clipcache, estimate, source, voices
from mettavox.audio import Clip
from mettavox.branches import branches
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError
from mettavox.script import Line
from mettavox.shape import shaped
from mettavox.speech import Speech
from mettavox.voice import Pace, Shaping, Voice

VOICES = ("hfc", "amy", "kristin", "untuned", "system")
UNTUNED = "untuned"
"""No profile: eSpeak as pyttsx3 speaks when nothing is set, to tell what the profile “system" does for it."""

SHORT_WORDS, WORST = 5, 20
_PART = 50  # lines that one process speaks
_SEED = 1


# --- the lines ---


def lines() -> list[Line]:
    """Every wording of every bundled English script, each once, and without the name where it may be left out."""
    found: dict[str, Line] = {}
    for name in source.ids("en"):
        for branch in branches(source.load(name, "en")).heard:
            for line in branch.script.lines():
                for each in (line, line.unnamed):
                    if each is not None:
                        found.setdefault(each.spoken, each)
    return list(found.values())


def sample(every: Sequence[Line], count: int | None) -> list[Line]:
    """So many of the lines, the same ones each time; all of them where no number is given."""
    return list(every) if count is None else random.Random(_SEED).sample(every, min(count, len(every)))


# --- what counts as an error ---

_WORD = re.compile(r"[a-z0-9']+")
_AMERICAN = {
    "behaviour": "behavior", "centre": "center", "colour": "color", "colours": "colors", "cosy": "cozy",
    "favourite": "favorite", "grey": "gray", "honour": "honor", "labour": "labor", "neighbour": "neighbor",
    "neighbours": "neighbors", "okay": "ok", "practise": "practice", "practised": "practiced",
    "practising": "practicing", "programme": "program", "realise": "realize", "recognise": "recognize",
    "towards": "toward", "travelling": "traveling",
}  # fmt: skip
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_LONG_FORMS = (
    (r"\bcan't\b|\bcannot\b", "can not"), (r"\bwon't\b", "will not"), (r"n't\b", " not"), (r"'re\b", " are"),
    (r"'ve\b", " have"), (r"'ll\b", " will"), (r"'m\b", " am"), (r"'d\b", " would"), (r"\blet's\b", "let us"),
    (r"\b(it|that|there|here|what|who|he|she|where|how|when|everything|something|nothing|someone|everyone|one)'s\b",
     r"\1 is"),
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a line in small letters, without marks; a hyphen divides."""
    return _WORD.findall(text.lower().replace("’", "'"))


def readings(text: str) -> list[list[str]]:
    """The words in American spelling with numbers written out: with contractions as they are, and in their long form.

    Both, since “you're” sounds like “your”, and like “you are”.
    """
    alike = [_AMERICAN.get(word, word) for word in words(text)]
    short = " ".join(_NUMBERS[int(word)] if word.isdecimal() and int(word) < len(_NUMBERS) else word for word in alike)
    long = short
    for pattern, form in _LONG_FORMS:
        long = re.sub(pattern, form, long)
    return [short.split(), long.split()]


@cache
def sounds() -> dict[str, str]:
    """How each word is pronounced in the recogniser's dictionary, the first way of each."""
    from pocketsphinx import get_model_path

    entries = (Path(get_model_path()) / "en-us" / "cmudict-en-us.dict").read_text("utf-8").splitlines()
    pairs = (entry.partition(" ") for entry in entries)
    return {word: phones for word, _, phones in pairs if "(" not in word}


def sound_alike(one: str, other: str) -> bool:
    """Whether two words are the same for the ear: “their” and “there”, “to” and “two”."""
    if one.replace("'", "") == other.replace("'", "") or {one, other} == {"your", "you're"}:
        return True
    return one in sounds() and sounds()[one] == sounds().get(other)


def distance(said: Sequence[str], heard: Sequence[str], alike: Callable[[str, str], bool]) -> int:
    """How many words were left out, put in or changed; words written as one or as two are no error."""
    cost = {(n, -1): n + 1 for n in range(-1, len(said))} | {(-1, n): n + 1 for n in range(-1, len(heard))}
    for i, word in enumerate(said):
        for j, other in enumerate(heard):
            ways = [cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (not alike(word, other))]
            if i and said[i - 1] + word == other:
                ways.append(cost[i - 2, j - 1])
            if j and heard[j - 1] + other == word:
                ways.append(cost[i - 1, j - 2])
            cost[i, j] = min(ways)
    return cost[len(said) - 1, len(heard) - 1]


def errors(said: str, heard: str) -> int:
    """Wrong words, where the ear could have told."""
    return min(distance(one, other, sound_alike) for one in readings(said) for other in readings(heard))


def plain_errors(said: str, heard: str) -> int:
    """Wrong words, letter by letter: only case, marks and hyphens are forgiven."""
    one, other = words(said), words(heard)
    cost = list(range(len(other) + 1))
    for i, word in enumerate(one, start=1):
        diagonal, cost[0] = cost[0], i
        for j, heard_word in enumerate(other, start=1):
            diagonal, cost[j] = cost[j], min(cost[j] + 1, cost[j - 1] + 1, diagonal + (word != heard_word))
    return cost[-1]


# --- the recogniser ---

# Wider beams than its own (1e-48, 1e-48, 7e-29), so that fewer words are lost to haste; the rest is its own. Means are
# taken over each line by itself ("batch"), so that no line changes how the next is heard.
_SETTINGS = {"cmn": "batch", "beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40}
_HZ, _QUIET_SECONDS = 16_000, 0.3
_LEVEL, _FLOOR, _LOUD_SHARE, _MOST = 0.08, 1.5 / 32768, 10 ** (-30 / 20), 0.98


class Recogniser:
    """Pocketsphinx with its American models."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(loglevel="FATAL", **_SETTINGS)

    def heard(self, clip: Clip, shaping: Shaping) -> tuple[str, float]:
        """The words of a clip that is made ready as for a track, and how many seconds it then lasts."""
        ready = shaped(clip, shaping)
        self._decoder.start_utt()
        self._decoder.process_raw(_levelled(ready.samples, ready.rate), False, True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return (found.hypstr if found else ""), len(ready.samples) / ready.rate

    def unknown(self, wanted: Iterable[str]) -> list[str]:
        """The words that it cannot write down, since its dictionary or its language model has not got them."""
        from pocketsphinx import LogMath, NGramModel, get_model_path

        model = NGramModel(self._decoder.config, LogMath(), str(Path(get_model_path()) / "en-us" / "en-us.lm.bin"))
        never = model.prob(["no-such-word"])
        return [word for word in wanted if self._decoder.lookup_word(word) is None or model.prob([word]) == never]


def _levelled(samples: "np.ndarray[Any, Any]", rate: int) -> bytes:
    """16-bit samples at 16 kHz, all lines equally loud, with quiet around them that is not quite digital silence."""
    sound = soxr.resample(samples.astype(np.float64), rate, _HZ)
    loud = sound[np.abs(sound) > np.abs(sound).max() * _LOUD_SHARE]
    sound *= _LEVEL / np.sqrt(np.mean(np.square(loud)))
    sound *= min(1.0, _MOST / np.abs(sound).max())
    sound = np.pad(sound, round(_QUIET_SECONDS * _HZ))
    sound += np.random.default_rng(0).normal(0, _FLOOR, len(sound))
    return bytes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


# --- listening, and what is kept of it ---


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of one line: the words that were heard, and its length in seconds; or why it was not spoken.

    ``received`` is what the engine was given for it.
    """

    said: str
    received: str
    heard: str = ""
    seconds: float = 0.0
    fault: str = ""

    @property
    def count(self) -> int:
        """How many words there were to hear."""
        return len(words(self.said))

    @property
    def errors(self) -> int:
        """Wrong words; more than there were when some were put in."""
        return errors(self.said, self.heard)


def listen(voice: Voice, wanted: Sequence[Line], folder: Path) -> list[Heard]:
    """Every line as the recogniser hears it; what the folder holds of an earlier run is taken from there."""
    path = folder / f"{voice.id}-{_identity(voice)[:12]}.jsonl"
    received = casting.pronouncer(voice).engine_text
    known = {each.said: each for each in _kept(path) if each.received == received(each.said)}
    missing = [line for line in wanted if line.spoken not in known]
    recogniser = Recogniser() if missing else None
    with path.open("a", encoding="utf-8") as file:
        for start in range(0, len(missing), _PART):
            for each in _spoken(voice, missing[start : start + _PART], recogniser):
                known[each.said] = each
                file.write(json.dumps(asdict(each), ensure_ascii=False) + "\n")
                file.flush()
            print(f"{voice.id}: {min(start + _PART, len(missing))} of {len(missing)}", file=sys.stderr, flush=True)
    return [known[line.spoken] for line in wanted]


def _spoken(voice: Voice, part: Sequence[Line], recogniser: Recogniser | None) -> Iterator[Heard]:
    assert recogniser is not None
    target = table.target(voice.engine)
    received = casting.pronouncer(voice).engine_text
    speech = Speech(voice, lambda: EngineProcess(target, voice), cache=None, workers=1, pronounce=received)
    with closing(speech):
        for line in part:
            try:
                heard, seconds = recogniser.heard(speech.clip(line), voice.shaping)
            except EngineError as error:
                yield Heard(said=line.spoken, received=received(line.spoken), fault=error.message)
            else:
                yield Heard(said=line.spoken, received=received(line.spoken), heard=heard, seconds=seconds)


def _identity(voice: Voice) -> str:
    """Everything that shapes what is heard, hashed; the line comes on top. The pace judges clips and shapes none."""
    made = clipcache.key("", replace(voice, pace=Pace(per_line=0, per_syllable=0)), table.identity(voice.engine))
    return hashlib.sha256(json.dumps([made, asdict(voice.shaping), _SETTINGS]).encode()).hexdigest()


def _kept(path: Path) -> Iterator[Heard]:
    if path.exists():
        for row in path.read_text("utf-8").splitlines():
            try:
                yield Heard(**json.loads(row))
            except (ValueError, TypeError):
                continue  # the run was broken off in the middle of it


# --- what it comes to ---


def rate(of: Iterable[Heard], wrong: Callable[[Heard], int] = lambda each: each.errors) -> float:
    """Wrong words among a hundred."""
    every = list(of)
    return 100 * sum(map(wrong, every)) / max(1, sum(each.count for each in every))


def worst(of: Iterable[Heard], count: int = WORST) -> list[Heard]:
    """The lines with the largest share of wrong words; of like shares those with more of them."""
    return sorted(of, key=lambda each: (-each.errors / each.count, -each.errors, each.said))[:count]


def fitted_pace(of: Iterable[Heard]) -> Pace:
    """The straight line through the lengths that were heard, by least squares; nothing in it is below 0."""
    spoken = [each for each in of if not each.fault]
    terms = np.array([(1, estimate.syllables(each.said), _commas(each.said)) for each in spoken], dtype=float)
    lengths = np.array([each.seconds for each in spoken])
    used = [0, 1, 2]
    while True:
        found = np.linalg.lstsq(terms[:, used], lengths, rcond=None)[0]
        if found.min() >= 0 or len(used) == 1:
            break
        used = [place for place, value in zip(used, found, strict=True) if value >= 0]
    values = dict(zip(used, found, strict=True))
    return Pace(**{key: round(float(values.get(place, 0)), 3) for place, key in enumerate(_PACE)})


_PACE = ("per_line", "per_syllable", "per_comma")


def _commas(text: str) -> int:
    return round(estimate.seconds(text, Pace(per_line=0, per_syllable=0, per_comma=1)))


def rates_table(heard: dict[str, list[Heard]]) -> str:
    """Word error rates and pace of every voice, as Markdown."""
    rows = [
        "| voice | lines | words | wrong % | letter by letter % | to 5 words % | longer % | words a min | not spoken |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for voice, every in heard.items():
        short = [each for each in every if each.count <= SHORT_WORDS]
        long = [each for each in every if each.count > SHORT_WORDS]
        plain = rate(every, lambda each: plain_errors(each.said, each.heard))
        minutes = sum(each.seconds for each in every) / 60
        pace = sum(each.count for each in every if not each.fault) / minutes if minutes else 0
        rows.append(
            f"| {voice} | {len(every)} | {sum(each.count for each in every)} | {rate(every):.1f} | {plain:.1f} "
            f"| {rate(short):.1f} | {rate(long):.1f} | {pace:.0f} | {sum(bool(each.fault) for each in every)} |"
        )
    return "\n".join(rows)


def paces_table(heard: dict[str, list[Heard]], chosen: dict[str, Voice]) -> str:
    """Every voice's pace through these lines, and how far lines are from it and from the profile's, as Markdown."""
    rows = [f"| voice | {' | '.join(_PACE)} | heard / fitted | heard / profile |", "|---|--:|--:|--:|---|---|"]
    for voice, every in heard.items():
        pace = fitted_pace(every)
        figures = " | ".join(f"{getattr(pace, key):.3f}" for key in _PACE)
        rows.append(f"| {voice} | {figures} | {_range(every, pace)} | {_range(every, chosen[voice].pace)} |")
    return "\n".join(rows)


def _range(every: Iterable[Heard], pace: Pace) -> str:
    ratios = [each.seconds / estimate.seconds(each.said, pace) for each in every if not each.fault]
    return f"{min(ratios):.2f} to {max(ratios):.2f}" if ratios else ""


def worst_table(every: Iterable[Heard]) -> str:
    """The worst lines, as Markdown."""
    rows = ["| wrong | said | heard |", "|--:|---|---|"]
    for each in worst(every):
        rows.append(f"| {each.errors} of {each.count} | {each.said} | {each.fault or each.heard or '(nothing)'} |")
    return "\n".join(rows)


# --- from the outside ---


def profile(name: str, packs: Path | None = None, settings: Iterable[str] = ()) -> Voice:
    """The voice of that name; its files from ``packs`` where that is given; ``settings`` are KEY=VALUE."""
    voice = _untuned() if name == UNTUNED else voices.load(name)
    if packs is not None and (packs / name).is_dir():
        voice = replace(voice, folder=str(packs / name))
    given = dict(each.split("=", 1) for each in settings)
    return replace(voice, settings=voice.settings | {key: _value(value) for key, value in given.items()})


def _untuned() -> Voice:
    tuned = voices.load("system")
    rate = 200
    slower = float(tuned.settings["rate"]) / rate
    pace = Pace(**{key: value * slower for key, value in asdict(tuned.pace).items()})
    settings: dict[str, str | int | float] = {"voice": "gmw/en", "rate": rate}
    return replace(tuned, id=UNTUNED, settings=settings, pace=pace, shaping=Shaping())


def _value(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", nargs="+", default=list(VOICES), help=" ".join(VOICES))
    parser.add_argument("--sample", type=int, metavar="N", help="that many lines, the same each time; all")
    parser.add_argument("--packs", type=Path, help="a folder of voices' folders; where mettavox installs them")
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="settings instead of the profile's")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "mettavox-listening", help="what was heard is kept"
    )
    return parser.parse_args()


def main() -> None:
    """Listen to every voice, tell each when it is done, and print the tables."""
    asked = _arguments()
    asked.folder.mkdir(parents=True, exist_ok=True)
    wanted = sample(lines(), asked.sample)
    chosen = {name: profile(name, asked.packs, asked.set) for name in asked.voice}
    unknown = Recogniser().unknown(sorted({word for line in wanted for word in words(line.spoken)}))
    print(f"Words that the recogniser has not got: {', '.join(unknown) or 'none'}\n")
    heard: dict[str, list[Heard]] = {}
    for name, voice in chosen.items():
        heard[name] = listen(voice, wanted, asked.folder)
        print(rates_table({name: heard[name]}), file=sys.stderr, flush=True)
    print(rates_table(heard), paces_table(heard, chosen), sep="\n\n")
    for name, every in heard.items():
        print(f"\n{name}: the worst lines\n\n{worst_table(every)}", flush=True)


if __name__ == "__main__":
    main()
