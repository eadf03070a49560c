"""What columns and rows stand for: their owner, symbol and period, and names made of these.

Labels are kept by block (one call of `ProblemBuilder.columns` or `rows`), never by column, so that they cost no time.
A name reads `owner.symbol[part,period]`, e.g. `s21-row.n[normal,2026-01-05T14:00]`. Names are ASCII without blanks,
unique, at most `LONGEST` long, and the same for the same problem. A column without a label is called `C7`, a row `R7`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
PeriodName = Callable[[int], str]

LONGEST = 159
"""Characters of a name: COIN's MPS reader takes no longer ones."""
MOST_OWNER, MOST_SYMBOL, MOST_PART = 48, 28, 36
"""Characters of each part of a name; what is cut off is made up for by a number where names would be the same."""
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:+")


@dataclass(frozen=True, eq=False)
class Block:
    """Columns (or rows) that were made at once.

    `start`: index of the first; `shape`: as they were made; `part`: a word for all of them, or one for each entry of
    the first axis; `period`: the periods of the last axis, or of all of it; None where they are of no single period.
    """

    start: int
    shape: tuple[int, ...]
    owner: str
    symbol: str
    part: str | tuple[str, ...] = ""
    period: Index | None = None

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def periods(self) -> Index | None:
        """The period of each, in the block's shape; None where they are of no single period."""
        return None if self.period is None else np.broadcast_to(self.period, self.shape)

    @property
    def index(self) -> Index:
        """The columns (or rows) of the block, (size,)."""
        return self.start + np.arange(self.size, dtype=np.int64)


def block(
    start: int, shape: int | tuple[int, ...], owner: str, symbol: str, part: str | Sequence[str], period: Index | None
) -> Block:
    """A block; ValueError where part or period do not fit its shape."""
    whole = (shape,) if isinstance(shape, int) else shape
    words = part if isinstance(part, str) else tuple(part)
    if isinstance(words, tuple) and len(words) != whole[0]:
        raise ValueError(f"{owner}.{symbol}: {len(words)} parts for a first axis of {whole[0]}")
    if period is not None and period.shape not in (whole[-1:], whole):
        raise ValueError(f"{owner}.{symbol}: periods of shape {period.shape} for columns or rows of {whole}")
    return Block(start, whole, owner, symbol, words, period)


class Side:
    """The labels of a problem's columns, or of its rows."""

    def __init__(self, letter: str, blocks: Sequence[Block], period_name: PeriodName = str) -> None:
        """`letter` begins the name of what has no label; `blocks` rise by their start."""
        self.blocks = tuple(blocks)
        self._letter, self._period_name = letter, period_name
        self._starts = [made.start for made in self.blocks]

    def block(self, index: int) -> Block | None:
        """The block of a column (or row); None where it has no label."""
        at = bisect_right(self._starts, index) - 1
        while at >= 0 and not self.blocks[at].size:
            at -= 1
        if at < 0 or index >= self.blocks[at].start + self.blocks[at].size:
            return None
        return self.blocks[at]

    def owner(self, index: int) -> str | None:
        """The item that a column (or row) belongs to; None where it has no label."""
        made = self.block(index)
        return None if made is None else made.owner

    def symbol(self, index: int) -> str | None:
        """Its symbol; None where it has no label."""
        made = self.block(index)
        return None if made is None else made.symbol

    def period(self, index: int) -> int | None:
        """Its period; None where it has no label or is of no single period."""
        made = self.block(index)
        periods = None if made is None else made.periods
        return None if made is None or periods is None else int(periods.flat[index - made.start])

    @property
    def owners(self) -> tuple[str, ...]:
        """All owners, in the order of appearance."""
        return tuple(dict.fromkeys(made.owner for made in self.blocks))

    def of(self, owner: str, symbol: str | None = None) -> Index:
        """The columns (or rows) of an owner, or only those of one of its symbols."""
        mine = [b.index for b in self.blocks if b.owner == owner and symbol in (None, b.symbol)]
        return np.concatenate([*mine, np.zeros(0, dtype=np.int64)])

    def name(self, index: int) -> str:
        """The name of one column (or row)."""
        made = self.block(index)
        if made is None:
            return f"{self._letter}{index}"
        return self._names_of(made, self._stems[self.blocks.index(made)])[index - made.start]

    def names(self, count: int) -> list[str]:
        """The names of the first `count` columns (or rows), which may be more than have labels."""
        names = [f"{self._letter}{index}" for index in range(count)]
        for made, stem in zip(self.blocks, self._stems, strict=True):
            names[made.start : made.start + made.size] = self._names_of(made, stem)
        return names

    def behind(self, others: Side, start: int) -> Side:
        """These labels, and those of others whose first is at `start`."""
        moved = [replace(made, start=start + made.start) for made in others.blocks]
        return Side(self._letter, [*self.blocks, *moved], self._period_name)

    @cached_property
    def _stems(self) -> list[str]:
        """The name of each block without its entries; blocks that would read the same are numbered."""
        seen: dict[tuple[str, str | tuple[str, ...]], int] = {}
        stems = []
        for made in self.blocks:
            stem = f"{plain(made.owner, MOST_OWNER)}.{plain(made.symbol, MOST_SYMBOL)}"
            words = _words(made.part)
            again = seen[stem, words] = seen.get((stem, words), 0) + 1
            stems.append(stem if again == 1 else f"{stem}~{again}")
        return stems

    def _names_of(self, made: Block, stem: str) -> list[str]:
        names = [f"{stem}[{','.join(words)}]" if words else stem for words in self._entries(made)]
        if len(set(names)) < len(names):
            names = [f"{name}#{k}" for k, name in enumerate(names)]
        return names

    def _entries(self, made: Block) -> Iterator[tuple[str, ...]]:
        """What stands in the brackets, for each entry of a block."""
        words = _words(made.part)
        axes: list[Sequence[tuple[str, ...]]] = [[(words,)]] if isinstance(words, str) and words else []
        numbered = made.shape if made.period is None else made.shape[:-1]
        for axis, length in enumerate(made.shape):
            if axis == 0 and isinstance(words, tuple):
                axes.append([(word,) for word in words])
            elif axis < len(numbered) and length > 1:
                axes.append([(str(k),) for k in range(length)])
            else:
                axes.append([()] * length)
        entries = (sum(entry, ()) for entry in product(*axes))
        if made.period is None:
            return entries
        called = {period: self._period_name(period) for period in np.unique(made.period).tolist()}
        periods = np.broadcast_to(made.period, made.shape).ravel().tolist()
        return ((*entry, called[period]) for entry, period in zip(entries, periods, strict=True))


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of a problem. Those of a problem that was made of another one are those of the other: what was added
    has none of its own."""

    columns: Side
    rows: Side


def _words(part: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return plain(part, MOST_PART) if isinstance(part, str) else tuple(plain(word, MOST_PART) for word in part)


@lru_cache(maxsize=4096)
def plain(text: str, most: int = LONGEST) -> str:
    """A text in the characters of a name, cut to `most` of them: letters lose their accents, Greek ones are spelt out
    (`ρ` becomes `rho`), all else becomes `_` or its code point."""
    return "".join(_plain_character(character) for character in unicodedata.normalize("NFC", text))[:most]


def _plain_character(character: str) -> str:
    if character in _PLAIN:
        return character
    if character.isascii():
        return "_"
    base = unicodedata.normalize("NFKD", character)[0]
    if base in _PLAIN:
        return base
    spelt = unicodedata.name(base, "").split()
    if spelt[:1] == ["GREEK"] and "LETTER" in spelt:
        letter = spelt[-1]
        return letter.capitalize() if "CAPITAL" in spelt else letter.lower()
    return f"u{ord(character):04x}"
