"""Speculative decoding (Leviathan et al. 2023): how vLLM is told what to draft with."""

from typing import Any

from ontopilot.errors import ModelError
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint, read_json
from ontopilot.models.spec import NGRAM, Model

_SHORTEST, _LONGEST = 2, 4
"""How many of the last tokens are looked up in what was said before."""


def speculation(model: Model, checkpoint: Checkpoint) -> dict[str, Any]:
    """The speculation of vLLM's engine for a model; nothing without a draft.

    Raises:
        ModelNotFound: there is no such draft model.
        ModelError: the draft model has another vocabulary.
    """
    options = model.options
    if not options.draft:
        return {}
    told: dict[str, Any] = {"num_speculative_tokens": options.draft_tokens}
    if options.draft == NGRAM:
        told |= {
            "method": "ngram",
            "prompt_lookup_min": _SHORTEST,
            "prompt_lookup_max": _LONGEST,
        }
    else:
        draft = open_checkpoint(locate(options.draft))
        _check_vocabulary(draft, checkpoint)
        told |= {"method": "draft_model", "model": str(draft.folder)}
    return {"speculative_config": told}


def _check_vocabulary(draft: Checkpoint, checkpoint: Checkpoint) -> None:
    """Check that a token of the draft is the same token of the model."""
    words = [read_json(c.folder / "tokenizer.json").get("model") for c in (draft, checkpoint)]
    sizes = [c.config.get("vocab_size") for c in (draft, checkpoint)]
    if words[0] != words[1] or sizes[0] != sizes[1]:
        raise ModelError(
            f"draft {str(draft.folder)!r} has another vocabulary than model "
            f"{str(checkpoint.folder)!r}; use a smaller model of the same family, or draft='ngram'"
        )
