"""One spoken line as samples."""

from dataclasses import dataclass

from mettavox.errors import EngineError

BYTES_PER_FRAME = 2


@dataclass(frozen=True, kw_only=True)
class Clip:
    """Mono sound: 16-bit little-endian samples in ``pcm``, ``rate`` frames a second (hertz)."""

    pcm: bytes
    rate: int

    def __post_init__(self) -> None:
        if len(self.pcm) % BYTES_PER_FRAME:
            raise EngineError("A clip ends in the middle of a sample.")
        if not 8_000 <= self.rate <= 192_000:  # noqa: PLR2004
            raise EngineError(f"A clip has an impossible rate of {self.rate} Hz.")

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.pcm) // BYTES_PER_FRAME

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.rate
