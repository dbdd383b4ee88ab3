"""Speech: every line as a checked clip, from the cache or from an engine in a process of its own."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from mettavox import clipcache, estimate
from mettavox.audio import Clip
from mettavox.clipcache import ClipCache
from mettavox.engine import Speaker
from mettavox.errors import EngineError, VoiceError
from mettavox.script import Line
from mettavox.voice import Voice

if TYPE_CHECKING:
    from mettavox.reel import Reel, Spot

ATTEMPTS = 3
# To start an engine takes as long as a few lines, so that one more is only worth it for so many.
_LINES_A_WORKER = 8
# A line may take this long: engines answer in a fraction of a second, or never.
_TIME_LIMIT_SECONDS, _TIME_LIMIT_A_LETTER = 10.0, 0.25
# A whole clip lies between these multiples of its estimate, with seconds to spare for short lines.
# Over every line of the scripts whole clips were at 0.78 to 1.36 times theirs; names vary more.
_SHORTEST_SHARE, _LONGEST_SHARE = 0.6, 1.6
_SHORTEST_SLACK, _LONGEST_SLACK = -0.1, 0.6
_SILENT_PEAK = 10 ** (-40 / 20) * 32768
# Between tracks, so much of what was said is remembered.
_MOST_BYTES = 64_000_000
# A clip that was not cut ends in quiet: its last 10 ms lie this far under its peak.
_ENDING_SECONDS, _ENDING_SHARE = 0.010, 10 ** (-26 / 20)


def fault(clip: Clip, text: str, voice: Voice) -> str:
    """What is wrong with the clip of ``text``, in words, or nothing."""
    if not clip.frames:
        return "it is empty"
    import numpy as np

    samples = np.frombuffer(clip.pcm, dtype="<i2")
    peak = max(int(samples.max()), -int(samples.min()))
    if peak < _SILENT_PEAK:
        return "it is silent"
    least = int(peak * 10 ** (voice.shaping.trim_db / 20))  # whole numbers over it are those over its floor
    loud = np.flatnonzero((samples > least) | (samples < -least))
    heard = (loud[-1] - loud[0] + 1) / clip.rate
    expected = estimate.seconds(text, voice.pace, voice.language)
    if heard < _SHORTEST_SHARE * expected + _SHORTEST_SLACK:
        return f"it lasts {heard:.1f} s where about {expected:.1f} s is expected"
    if heard > _LONGEST_SHARE * expected + _LONGEST_SLACK:
        return f"it lasts {heard:.1f} s where about {expected:.1f} s is expected"
    ending = samples[-max(1, round(_ENDING_SECONDS * clip.rate)) :].astype(np.int32)
    if int(np.abs(ending).max()) > peak * _ENDING_SHARE:
        return "it ends in the middle of a sound"
    return ""


@dataclass(frozen=True, kw_only=True)
class _OnReel:
    """A clip that lies on a reel; ``rate`` is in hertz."""

    spot: "Spot"
    rate: int


class Speech:
    """Speaks lines, several at once, each checked and tried again in a fresh process when it fails.

    ``start`` makes one more speaker; ``pronounce`` gives the text that the engine receives for a line's.
    ``personal`` lines stay out of the cache unless ``cache_names`` is set.
    """

    def __init__(
        self,
        voice: Voice,
        start: Callable[[], Speaker],
        *,
        cache: ClipCache | None,
        cache_names: bool = False,
        workers: int = 2,
        version: str = "",
        pronounce: Callable[[str], str] = str,
    ) -> None:
        self._voice = voice
        self._start = start
        self._cache = cache
        self._cache_names = cache_names
        self._workers = workers
        self._version = version
        self._most = 1
        self._pronounce = pronounce
        self._clips: dict[str, Clip | _OnReel] = {}  # by what the engine received
        self._reel: Reel | None = None
        self._kept_bytes = 0
        self._texts: dict[str, str] = {}
        self._personal: set[str] = set()
        self._idle: SimpleQueue[Speaker] = SimpleQueue()
        self._speakers: list[Speaker] = []
        self._lock = threading.Lock()
        self._closed = False

    def speak(self, lines: Iterable[Line], on_line: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Have every line's clip ready. ``on_line`` hears how many are done, of how many.

        Raises EngineError, with the number of the line, when a line failed ATTEMPTS times.
        """
        wanted = {self._text(line): line for line in lines if self._text(line) not in self._clips}
        missing = [line for line in wanted.values() if not self._recall(line)]
        done, total = len(wanted) - len(missing), len(wanted)
        if not missing:
            return
        from concurrent.futures import ThreadPoolExecutor, as_completed  # often there is nothing to speak

        self._most = max(self._most, -(-len(missing) // _LINES_A_WORKER))
        pool = ThreadPoolExecutor(max_workers=min(self._workers, self._most), thread_name_prefix="speech")
        try:
            for future in as_completed([pool.submit(self._make, line) for line in missing]):
                future.result()
                done += 1
                on_line(done, total)
        except BaseException:
            self.close()  # ends what the threads wait for
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def clip(self, line: Line) -> Clip:
        """The line's clip; spoken now if it was not yet. Raises EngineError."""
        self.speak([line])
        found = self._clips[self._text(line)]
        return found if isinstance(found, Clip) else Clip(pcm=found.spot.read().tobytes(), rate=found.rate)

    def begin(self, pronounce: Callable[[str], str]) -> None:
        """Begin another track: no clip with a person's words is known any more; ``pronounce`` gives the texts."""
        self._pronounce = pronounce
        self._texts.clear()
        with self._lock:  # a line that failed has closed it
            self._closed, self._idle = False, SimpleQueue()
            for speaker in self._speakers:
                self._idle.put(speaker)
        for text in self._personal:
            self._clips.pop(text, None)
        self._personal.clear()
        if self._kept_bytes > _MOST_BYTES:
            self._clips.clear()
            self._reel, self._kept_bytes = None, 0

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            self._closed = True
            speakers, self._speakers = self._speakers, []
        for speaker in speakers:
            speaker.close()

    def _recall(self, line: Line) -> bool:
        if self._cache is None or not self._cacheable(line):
            return False
        clip = self._cache.get(self._key(line), named=line.personal)
        if clip is None or fault(clip, line.spoken, self._voice):
            return False
        self._keep(line, clip)
        return True

    def _keep(self, line: Line, clip: Clip) -> None:
        text = self._text(line)
        if line.personal:
            self._clips[text] = clip
            self._personal.add(text)
            return
        import numpy as np  # as above

        from mettavox.reel import Reel, Spot

        with self._lock:
            self._reel = self._reel or Reel()
            spot = self._reel.keep(np.frombuffer(clip.pcm, dtype=np.uint8))
            self._kept_bytes += len(clip.pcm)
        self._clips[text] = _OnReel(spot=spot, rate=clip.rate) if isinstance(spot, Spot) else clip

    def _text(self, line: Line) -> str:
        """What the engine receives for a line."""
        if line.spoken not in self._texts:
            self._texts[line.spoken] = self._pronounce(line.spoken)
        return self._texts[line.spoken]

    def _make(self, line: Line) -> None:
        speaker = self._take()
        try:
            clip = self._try(speaker, line)
        finally:
            self._idle.put(speaker)
        self._keep(line, clip)
        if self._cache is not None and self._cacheable(line):
            self._cache.put(self._key(line), clip, named=line.personal)

    def _try(self, speaker: Speaker, line: Line) -> Clip:
        wrong, cause, text = "", None, self._text(line)
        for _ in range(ATTEMPTS):
            try:
                clip = speaker.speak(text, within=_TIME_LIMIT_SECONDS + _TIME_LIMIT_A_LETTER * len(text))
            except VoiceError:
                raise  # another attempt would not find it either
            except EngineError as error:
                wrong, cause = error.message.rstrip("."), error
            else:
                wrong, cause = fault(clip, line.spoken, self._voice), None
                if not wrong:
                    return clip
            if self._closed:
                break
            speaker.renew()
        raise EngineError(
            f"Line {line.number} could not be spoken in {ATTEMPTS} attempts: {wrong}.",
            hint=_hint(line, cause),
        ) from cause

    def _take(self) -> Speaker:
        with self._lock:
            if self._closed:
                raise EngineError("Speech was stopped.")
            if self._idle.empty() and len(self._speakers) < min(self._workers, self._most):
                speaker = self._start()
                self._speakers.append(speaker)
                return speaker
        return self._idle.get()

    def _cacheable(self, line: Line) -> bool:
        return self._cache_names or not line.personal

    def _key(self, line: Line) -> str:
        return clipcache.key(self._text(line), self._voice, self._version)


def _hint(line: Line, cause: EngineError | None) -> str:
    if line.personal:
        return (
            "A name is in it: tell how it is said with --say or --target-say, in plain letters or as IPA between "
            "slashes; or run “mettavox doctor”."
        )
    return cause.hint if cause and cause.hint else "Run “mettavox doctor”, or choose another --voice."
