"""sanoTTS: a neural voice of a few megabytes, in plain numpy.

Its own Synthesizer takes text only and looks for voices on the network. Here its models are run by hand:
the signs of a line are ours, so that the sounds of a name can be given; the durations are known before
the sound is, so that a line can be spoken inside a carrier sentence and cut out where it begins and ends.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mettavox import ipa
from mettavox.audio import Clip
from mettavox.engines import floats, front_ends, installed, split
from mettavox.engines.dictionaries import Dictionaries
from mettavox.engines.floats import Floats
from mettavox.engines.front_ends import FrontEnd, Hear
from mettavox.engines.phonemes import Phonemes
from mettavox.errors import EngineError
from mettavox.voice import Voice

_SETTINGS = (
    "length_scale", "consonants", "pauses", "g2p", "espeak", "short_words", "short_length_scale", "carrier_before",
    "carrier_after",
)  # fmt: skip
_FORMAT, _PARTS = "roota.raw-fp16.v1", ("duration", "acoustic", "decoder")
_KINDS = {"float16": "<f2", "int64": "<i8", "int32": "<i4"}
_FRAMES_A_STEP = 256
_ENDINGS = ".,;:?!"
_PAD, _BEGIN, _END = "_", "^", "$"
_LENGTH_SCALES, _SHARES, _MOST_WORDS = (0.5, 3.0), (0.5, 2.0), 50
_WINDOW_SECONDS = 0.010
_VOWEL, _CONSONANT, _QUIET = "vowel", "consonant", "quiet"
_FRONT_ENDS = ("lexicon", "mixed", "espeak")


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How a line is spoken: its pace, and what is said before and after it and cut away."""

    length_scale: float
    before: str = ""
    after: str = ""


class SanoEngine:
    """Speaks with a voice of sanoTTS's first kind (piperlite)."""

    def open(self, voice: Voice) -> None:
        """Load the voice. Raises EngineError without sanotts, VoiceError when settings or files are wrong."""
        installed.check(voice, _SETTINGS)
        self._way, self._short_way, self._short_words = _ways(voice)
        self._shares = {
            _CONSONANT: installed.number(voice, "consonants", 1.0, *_SHARES),
            _QUIET: installed.number(voice, "pauses", 1.0, *_SHARES),
        }
        try:
            from sanotts import models
        except ImportError as error:
            raise EngineError(
                "This voice needs sanotts, which is not installed.", hint="Install it: pip install sanotts"
            ) from error
        self._models: Any = models
        manifest = _manifest(voice)
        self._rate = int(manifest["sample_rate"])
        self._configs = {part: manifest["components"][part]["config"] for part in _PARTS}
        self._tensors = _tensors(voice, manifest)
        self._ids, language = _ids(voice, manifest)
        self._front_end = _front_end(voice, frozenset(self._ids), language)

    def speak(self, text: str) -> Clip:
        """``text``, spoken. Raises EngineError, or VoiceError for a given sound that the voice cannot say."""
        written = ipa.plain(text)
        if not any(map(str.isalnum, written)):
            raise EngineError("There is nothing in the line to say.")
        way = self._short_way if len(written.split()) <= self._short_words else self._way
        signs = self.signs(text)
        if (way.before or way.after) and len(signs) + len(way.before) + len(way.after) < self._longest():
            return floats.clip(self.carried(text, way.before, way.after, way.length_scale), self._rate)
        pieces = split.signs(signs, self._longest())
        return floats.clip(np.concatenate([self._sound(each, way.length_scale)[0] for each in pieces]), self._rate)

    def close(self) -> None:
        """Let the voice go."""
        self._tensors = {}

    def carried(self, text: str, before: str, after: str, length_scale: float) -> Floats:
        """``text`` spoken between two other texts and cut out in the quiet round it."""
        signs = self.signs(text)
        lead = self.signs(before) + " " if before else ""
        tail = " " + self.signs(after) if after else ""
        sound, ends = self._sound(lead + signs + tail, length_scale)
        start, stop = 0, len(sound)
        if lead:
            start = self._quietest(sound, ends, _pause_before(lead + signs, len(lead)))
        if tail:
            stop = self._quietest(sound, ends, _pause_before(lead + signs + tail, len(lead + signs) + 1))
        cut = sound[start:stop]
        return floats.fade_in(cut, self._rate) if lead else cut

    def signs(self, text: str) -> str:
        """The signs of a line, in IPA (NFD), with its marks; sounds that are given are kept."""
        signs = "".join(sign for sign in self._front_end.sounds(text).replace("\n", " ") if sign in self._ids)
        if not any(map(str.isalpha, signs)):
            raise EngineError("The line has no sounds that the voice knows.")
        return signs if signs.rstrip()[-1] in _ENDINGS else signs.rstrip() + "."

    def _sound(self, signs: str, length_scale: float) -> tuple[Floats, NDArray[np.int64]]:
        """The sound of some signs, and in which frame each of them ends."""
        places, kinds = [self._ids[_BEGIN], self._ids[_PAD]], [_QUIET, _QUIET]
        for sign in signs:
            places += [self._ids[sign], self._ids[_PAD]]
            kinds += [_kind(sign)] * 2
        ids = np.asarray([*places, self._ids[_END]], dtype=np.int64)
        steps = self._steps(ids, [*kinds, _QUIET], length_scale)
        run, configs, tensors = self._models, self._configs, self._tensors
        latent = run.acoustic_forward(tensors["acoustic"], configs["acoustic"], ids, steps)
        sound = run.decoder_forward(tensors["decoder"], configs["decoder"], latent)
        ends = np.cumsum(steps) * _FRAMES_A_STEP
        return np.asarray(sound, dtype=np.float32), ends[3:-1:2]

    def _steps(self, ids: NDArray[np.int64], kinds: list[str], length_scale: float) -> NDArray[np.int64]:
        """How long each sign lasts, in steps; consonants and pauses have shares of the length scale of their own."""
        run, config, tensors = self._models, self._configs["duration"], self._tensors["duration"]
        steps = np.array(run.duration_forward(tensors, config, ids, length_scale=length_scale))
        for kind, share in self._shares.items():
            if share != 1:
                other = run.duration_forward(tensors, config, ids, length_scale=length_scale * share)
                chosen = np.array([each == kind for each in kinds])
                steps[chosen] = other[chosen]
        return steps

    def _quietest(self, sound: Floats, ends: NDArray[np.int64], pause: tuple[int, int]) -> int:
        """The quietest frame of the pause between two signs."""
        first, last = int(ends[pause[0]]), int(ends[pause[1]])
        window = min(round(self._rate * _WINDOW_SECONDS), last - first)
        power = np.convolve(sound[first:last] ** 2, np.ones(window), mode="valid")
        return first + int(np.argmin(power)) + window // 2

    def _longest(self) -> int:
        """How many signs the voice has heard in one go; each has a pad after it."""
        return int(self._configs["duration"]["max_tokens"]) // 2 - 2


def _kind(sign: str) -> str:
    """What sort of sign: slow speech is clear when its vowels are long and its consonants stay short."""
    if sign in ipa.VOWELS or sign == "ː":
        return _VOWEL
    return _CONSONANT if sign.isalpha() or sign in "ˈˌ" else _QUIET


def _ways(voice: Voice) -> tuple[_Way, _Way, int]:
    scale = installed.number(voice, "length_scale", 1.0, *_LENGTH_SCALES)
    short = _Way(
        length_scale=installed.number(voice, "short_length_scale", scale, *_LENGTH_SCALES),
        before=installed.word(voice, "carrier_before", ""),
        after=installed.word(voice, "carrier_after", ""),
    )
    return _Way(length_scale=scale), short, int(installed.number(voice, "short_words", 0, 0, _MOST_WORDS))


def _manifest(voice: Voice) -> dict[str, Any]:
    manifest = installed.table(voice, "manifest.json")
    whole = {"weights_file", "sample_rate", "components"} <= set(manifest)
    if manifest.get("format") != _FORMAT or not whole or not set(_PARTS) <= set(manifest["components"]):
        raise installed.broken(voice, f"manifest.json is not in the form {_FORMAT}")
    return manifest


def _tensors(voice: Voice, manifest: dict[str, Any]) -> dict[str, dict[str, Floats]]:
    """Every part's tensors, checked against the manifest's size and digest."""
    name = str(manifest["weights_file"])
    weights = installed.path(voice, name).read_bytes()
    size, digest = manifest.get("weights_size_bytes"), manifest.get("weights_sha256")
    if size is not None and size != len(weights):
        raise installed.broken(voice, f"{name} has {len(weights)} bytes of {size}")
    if digest and digest != hashlib.sha256(weights).hexdigest():
        raise installed.broken(voice, f"{name} is not the file that manifest.json tells of")
    try:
        return {
            part: {each["name"]: _tensor(weights, each) for each in manifest["components"][part]["tensors"]}
            for part in _PARTS
        }
    except (KeyError, TypeError, ValueError) as error:
        raise installed.broken(voice, f"{name} does not fit manifest.json") from error


def _tensor(weights: bytes, told: dict[str, Any]) -> Floats:
    start = int(told["offset_bytes"])
    values = np.frombuffer(weights[start : start + int(told["nbytes"])], dtype=_KINDS[told["dtype"]])
    return values.astype(np.float32).reshape(told["shape"])


def _ids(voice: Voice, manifest: dict[str, Any]) -> tuple[dict[str, int], str]:
    """The number of each sign, and eSpeak's language for the sounds, which the profile knows best."""
    told = installed.table(voice, "piper-phoneme-config.json")
    try:
        # The networks have fewer signs than the table: they would say a schwa for the rest.
        most = int(manifest["components"]["acoustic"]["config"]["vocab_size"])
        ids = {sign: int(places[0]) for sign, places in told["phoneme_id_map"].items()}
        learnt = str(told["espeak"]["voice"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise installed.broken(voice, "piper-phoneme-config.json has no table of signs") from error
    if not {_PAD, _BEGIN, _END, " "} <= set(ids):
        raise installed.broken(voice, "piper-phoneme-config.json has no pad, beginning or end")
    return {sign: place for sign, place in ids.items() if place < most}, installed.word(voice, "espeak", learnt)


def front_end(voice: Voice, hear: Hear = lambda word: None) -> FrontEnd:
    """What finds the sounds of a line for a voice, as its profile sets it. Raises EngineError and VoiceError.

    ``hear`` hears each word that no dictionary has.
    """
    ids, language = _ids(voice, _manifest(voice))
    return _front_end(voice, frozenset(ids), language, hear)


def _front_end(voice: Voice, ids: frozenset[str], language: str, hear: Hear = lambda word: None) -> FrontEnd:
    """Dictionaries, eSpeak NG, or dictionaries and eSpeak NG for the rest."""
    kind = installed.word(voice, "g2p", "lexicon", _FRONT_ENDS)
    signs = ids - set(f"{_PAD}{_BEGIN}{_END} ")
    if kind == "espeak":
        return front_ends.espeak(language, signs)
    rules = Phonemes(language).said if kind == "mixed" else None
    return FrontEnd(
        say=Dictionaries(language, rules, hear).said,
        known=front_ends.heard(language, signs),
        american=front_ends.is_american(language),
        tells=True,
    )


def _pause_before(signs: str, place: int) -> tuple[int, int]:
    """Between which signs the pause before a place lies: from the last sound before it to the place."""
    sound = max((n for n in range(place) if signs[n].isalpha() or signs[n] in "ːˈˌ"), default=0)
    return sound, place - 1
