"""A tally: one value for each short time of a track, of which only what differs from the rest takes room.

Between the lines a track is silence or a bed's loop: its values come again and again, however long it is.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

SIZE = 512
"""How many values are one part of it."""
_GATHERED = 1 << 18
"""So many values, 44 minutes of 10 ms each, are 1 MB, and are gathered to be asked for again and again."""
_SUMMED = 8192  # at once, as numpy itself adds up 32 bits in 64: a sum is the same to the last bit


class Tally:
    """So many values, all of them those of ``rest``, over and over, where nothing else was put.

    ``parts`` are SIZE values each, by their number; they belong to somebody else and are not changed.
    """

    def __init__(self, length: int, rest: Values | None = None, parts: Mapping[int, Values] | None = None) -> None:
        self._length = length
        self.rest: Values = np.zeros(1, dtype=np.float32) if rest is None else rest
        self.parts = dict(parts or {})
        self._own: set[int] = set()
        self._gathered: Values | None = None

    def __len__(self) -> int:
        return self._length

    def copy(self) -> "Tally":
        """One that can be changed without a change to this one, as long as this one stays as it is."""
        return Tally(self._length, self.rest, self.parts)

    def put(self, first: int, values: Values) -> None:
        """Have these values from the one of number ``first`` on; what lies beyond the end is left out."""
        self._gathered = None
        stop = min(first + len(values), self._length)
        for number in range(first // SIZE, -(-stop // SIZE)):
            start = number * SIZE
            low, high = max(first, start), min(stop, start + SIZE)
            self._part(number)[low - start : high - start] = values[low - first : high - first]

    def between(self, first: int, last: int) -> Values:
        """The values from ``first`` to before ``last``, as far as there are any; not to be changed."""
        if self._gathered is not None:
            return self._gathered[first : max(first, last)]
        first, last = min(first, self._length), min(last, self._length)
        if last <= first:
            return np.zeros(0, dtype=np.float32)
        numbers = range(first // SIZE, -(-last // SIZE))
        if len(numbers) == 1 and numbers[0] in self.parts:
            return self.parts[numbers[0]][first % SIZE : first % SIZE + last - first]
        found = self._rest(first, last)
        for number in numbers:
            if number in self.parts:
                start = number * SIZE
                low, high = max(first, start), min(last, start + SIZE)
                found[low - first : high - first] = self.parts[number][low - start : high - start]
        return found

    def gather(self) -> None:
        """Have all values in one place until some are put, if they are few: many will be asked for."""
        if self._length <= _GATHERED:
            self._gathered = self.between(0, self._length)

    def sum(self) -> float:
        """All of them together."""
        return sum(
            (self.between(at, at + _SUMMED).sum(dtype=np.float64) for at in range(0, self._length, _SUMMED)), 0.0
        )

    def _part(self, number: int) -> Values:
        if number not in self._own:
            known = self.parts.get(number)
            self.parts[number] = self._rest(number * SIZE, (number + 1) * SIZE) if known is None else known.copy()
            self._own.add(number)
        return self.parts[number]

    def _rest(self, first: int, last: int) -> Values:
        turn = len(self.rest)
        start = first % turn
        return np.tile(self.rest, -(-(start + last - first) // turn))[start : start + last - first]
