"""Matches patterns in many texts at once, by RE2 on an Arrow column."""

from __future__ import annotations

from collections.abc import Sequence


class TextColumn:
    """Texts in one Arrow column (see ``efficace.text.automata.Column``)."""

    def __init__(self, texts: Sequence[str]) -> None:
        import pyarrow as pa

        self._texts = pa.array(texts, pa.string())

    def matching(self, pattern: str, rows: Sequence[int]) -> Sequence[int]:
        """The rows, out of those given, whose text shows a pattern of RE2."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if not rows:
            return []
        chosen = np.asarray(rows)
        texts = self._texts if len(chosen) == len(self._texts) else self._texts.take(pa.array(chosen))
        shows = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
        found: list[int] = chosen[shows].tolist()
        return found
