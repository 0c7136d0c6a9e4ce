"""Constrained decoding where an engine samples itself: tokens that may not come are left out."""

from typing import TYPE_CHECKING, Any

from ontopilot.errors import EngineFailed

if TYPE_CHECKING:
    from llguidance import LLMatcher


class LogitsMask:
    """A logits processor of transformers for one answer: `(ids, scores) -> scores`.

    ids: (1, tokens) with the prompt in front, scores: (1, vocabulary).
    """

    def __init__(self, matcher: "LLMatcher", *, prompt_tokens: int) -> None:
        self._matcher = matcher
        self._taken = prompt_tokens

    def __call__(self, ids: Any, scores: Any) -> Any:
        """Scores with minus infinity where no token may come.

        Raises:
            EngineFailed: the grammar cannot be followed any further.
        """
        import numpy as np
        import torch

        new = ids[0, self._taken :].tolist()
        self._taken += len(new)
        self._matcher.consume_tokens(new)
        mask = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        if self._matcher.is_error():
            said = self._matcher.get_error().strip().splitlines()[0]
            raise EngineFailed(f"the grammar of the answer cannot be followed ({said}); ask again")
        allowed = np.unpackbits(mask, bitorder="little")[: scores.shape[-1]].astype(bool)
        return scores.masked_fill(~torch.from_numpy(allowed), float("-inf"))
