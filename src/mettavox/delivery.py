"""How a track is delivered: loudness, peaks, bed, bells, quiet at the ends, rate and bit rate."""

from dataclasses import dataclass

BELL_PLACES = ("start", "end")
RATES = {44_100: "MP3 frames with padding", 48_000: "MP3 frames of a whole number of bytes"}
BITRATES_KBPS = (96, 128, 160, 192, 256, 320)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A delivery profile, such as ``podcast``.

    ``voice_lufs`` is the loudness of the voice by speech alone, and ``highest_dbtp`` the true peak that
    the finished file may have. ``bed`` is a bed's name or ``none``, and lies ``bed_under_lu`` under the
    voice. ``bells`` has "start", "end", both or none; ``tones`` says whether paced breaths have their
    guide. ``treble_db`` softens the voice above 6 kHz. ``spoken_rms_db`` bounds the RMS of the spoken
    parts in dBFS, where a shop asks for that, and ``floor_db`` that of the pauses.
    """

    id: str
    label: str
    voice_lufs: float
    highest_dbtp: float
    bed: str
    bed_under_lu: float
    bells: tuple[str, ...]
    tones: bool
    head_seconds: float
    tail_seconds: float
    fade_in_seconds: float
    fade_out_seconds: float
    rate: int
    bitrate_kbps: int
    treble_db: float = 0.0
    spoken_rms_db: tuple[float, float] | None = None
    floor_db: float | None = None
    note: str = ""

    @property
    def ceiling_dbtp(self) -> float:
        """The true peak of what goes into the encoder: every codec tried overshoots by 0.75 dB at most."""
        return self.highest_dbtp - 1.0
