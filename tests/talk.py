"""Sound that rises and falls as talk does, and steady sound, made in an instant."""

import numpy as np

RATE = 44_100


def talk(seconds: float, *, rate: int = RATE, seed: int = 1, pitch: float = 120.0, level: float = 0.1) -> np.ndarray:
    """Words of a hum with gaps, and 0.8 s of pause after each six: float32, shape (frames, 2), both alike."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * rate)
    sound = np.zeros(frames, dtype=np.float32)
    at, words = round(0.1 * rate), 0
    while at < frames:
        length = round(rng.uniform(0.2, 0.4) * rate)
        time = np.arange(length) / rate
        word = sum(np.sin(2 * np.pi * pitch * n * time + n) / n for n in range(1, 25)) * np.sin(np.pi * time / time[-1])
        part = sound[at : at + length]
        part += (level * word[: len(part)]).astype(np.float32)
        words += 1
        at += length + round((0.8 if words % 6 == 0 else 0.12) * rate)
    return np.stack([sound, sound], axis=1)


def steady(seconds: float, *, rate: int = RATE, seed: int = 2, level: float = 0.05) -> np.ndarray:
    """Noise without lows: float32, shape (frames, 2), a stranger on either side."""
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((round(seconds * rate), 2))).astype(np.float32)
