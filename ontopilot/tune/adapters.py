"""LoRA adapters: trained over a base that stays as it is, with what they were made from."""

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ontopilot.errors import ConfigError, DataUnfit, MissingExtra, ModelError
from ontopilot.models.files.checkpoint import (
    Checkpoint,
    locate,
    open_checkpoint,
    read_json,
    read_tokenizer,
)
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.files.template import read_template
from ontopilot.tune.rows import Encoding
from ontopilot.tune.sets import DataSet
from ontopilot.tune.training import Also, Plan, Training, Watch

ORIGIN = "origin.json"
"""Beside an adapter: from which base, which data and with which settings it was made."""

_LICENCES = ("LICENSE*", "LICENCE*", "COPYING*")
_FRONT = re.compile(r"^license\s*:\s*(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterPlan:
    """How an adapter is trained; `steps` of 0 mean one pass over the data."""

    rank: int = 16
    rate: float = 1e-3
    steps: int = 0
    tokens: int = 4096
    length: int = 1024
    seed: int = 0
    checkpoint_s: float = 120.0

    def __post_init__(self) -> None:
        for name, least in (("rank", 1), ("tokens", 1), ("length", 16), ("steps", 0)):
            if getattr(self, name) < least:
                value = getattr(self, name)
                raise ConfigError(f"AdapterPlan({name}={value!r}): use {least} or more")
        if not self.rate > 0:
            raise ConfigError(f"AdapterPlan(rate={self.rate!r}): use more than 0")


def licence_of(folder: Path) -> str:
    """The licence of a base: what its README names, or the file that holds it.

    Raises:
        ConfigError: it has none, so nobody may say what an adapter of it may be used for.
    """
    readme = folder / "README.md"
    if readme.is_file() and (named := _FRONT.search(readme.read_text(encoding="utf-8"))):
        return named.group(1).strip()
    for shape in _LICENCES:
        if found := sorted(folder.glob(shape)):
            return found[0].name
    raise ConfigError(
        f"base {str(folder)!r} has no licence: neither a LICENSE file nor a README.md with a line "
        "'license: …'; add the one that it came with"
    )


def encoding_of(folder: Path) -> tuple[Encoding, int]:
    """What encodes examples for a model as the engines do, and the token that pads."""
    tokenizer = read_tokenizer(folder)
    settings = read_json(folder / "tokenizer_config.json")
    end = _named(tokenizer, settings.get("eos_token"), folder)
    pad = settings.get("pad_token") or settings.get("eos_token")
    return Encoding(tokenizer, read_template(folder), end=end), _named(tokenizer, pad, folder)


def _named(tokenizer: Any, entry: Any, folder: Path) -> int:
    text = str(entry.get("content", "")) if isinstance(entry, dict) else str(entry or "")
    found = tokenizer.token_to_id(text)
    if found is None:
        raise ModelError(
            f"model {str(folder)!r}: its tokenizer has no token {text!r} to end an answer with; "
            "copy the model again"
        )
    return int(found)


def train_adapter(
    base: str,
    data: DataSet,
    out: Path,
    plan: AdapterPlan,
    *,
    watch: Watch,
    teacher: Path | None = None,
) -> dict[str, Any]:
    """Train an adapter over a base, from the last checkpoint in `out` if there is one.

    A teacher that reads the same tokens is followed in its distributions as well.

    Returns what is kept in `origin.json`.

    Raises:
        ConfigError: the base has no licence.
        DataUnfit: no example fits a row.
        TrainingStopped: the training broke off; what was reached is kept.
    """
    folder = locate(base)
    checkpoint = open_checkpoint(folder)
    licence = licence_of(folder)
    encoding, pad = encoding_of(folder)
    train = encoding.all(data.part("train"), longest=plan.length)
    held = encoding.all(data.part("validation"), longest=plan.length)
    if not train:
        raise DataUnfit(
            f"no example of {str(data.folder)!r} fits a row of {plan.length} tokens; use a longer "
            "--length, or a smaller --context when the data are made"
        )
    steps = plan.steps or max(1, sum(len(one.tokens) for one in train) // plan.tokens)
    model = wrapped(folder, plan)
    run = Training(
        model,
        out,
        Plan(
            steps=steps,
            tokens=plan.tokens,
            length=plan.length,
            rate=plan.rate,
            seed=plan.seed,
            measured_every=max(1, steps // 5),
            checkpoint_s=plan.checkpoint_s,
        ),
        pad=pad,
        also=_follow(teacher, folder) if teacher is not None else None,
    )
    run.run(train, held, watch=watch)
    model.save_pretrained(str(out))
    origin = _origin(checkpoint, data, plan, licence=licence, used=len(train))
    (out / ORIGIN).write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
    return origin


def wrapped(folder: Path, plan: AdapterPlan) -> Any:
    """The base in bfloat16 with an adapter over each of its linear layers."""
    import torch

    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MissingExtra("peft", extra="tune", purpose="training an adapter") from error
    torch.manual_seed(plan.seed)
    base = loaded(folder)
    settings = LoraConfig(
        r=plan.rank,
        lora_alpha=2 * plan.rank,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        # PEFT asks transformers for what it calls by another name now.
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(base, settings, autocast_adapter_dtype=False)


def loaded(folder: Path) -> Any:
    """A model in bfloat16, on the GPU where there is one.

    Raises:
        ModelError: it cannot be loaded.
    """
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        found = AutoModelForCausalLM.from_pretrained(
            str(folder), dtype=torch.bfloat16, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise ModelError(
            f"model {str(folder)!r} cannot be loaded: {str(error).splitlines()[0]}; copy it again, "
            "or use one that transformers knows"
        ) from error
    return found.to("cuda") if torch.cuda.is_available() else found


def _follow(teacher: Path, student: Path) -> Also:
    """The further loss of a student beside its teacher.

    Raises:
        ModelError: they do not read the same tokens.
    """
    from ontopilot.tune.distil import SOFT, same_tokens, soft_loss

    if not same_tokens(student, teacher):
        raise ModelError(
            f"teacher {str(teacher)!r} and student {str(student)!r} read different tokens, so only "
            "the teacher's answers can be learnt; leave its logits out"
        )
    knows = loaded(teacher).eval()
    return lambda model, batch: SOFT * soft_loss(model, knows, batch)


def _origin(
    checkpoint: Checkpoint, data: DataSet, plan: AdapterPlan, *, licence: str, used: int
) -> dict[str, Any]:
    """What an adapter was made from."""
    from importlib.metadata import version

    return {
        "base": checkpoint.folder.name,
        "base_digest": folder_digest(checkpoint.folder),
        "architecture": checkpoint.architecture,
        "licence": licence,
        "data": {"digest": data.digest(), **data.counts()},
        "examples_used": used,
        "plan": asdict(plan),
        "versions": {name: version(name) for name in ("torch", "transformers", "peft")},
    }


def check_base(adapter: Path, base: Path) -> Mapping[str, Any]:
    """Check that an adapter was made for a base; what it was made from.

    Raises:
        ModelError: it was made for another one, or does not say for which.
    """
    file = adapter / ORIGIN
    if not file.is_file():
        raise ModelError(
            f"adapter {str(adapter)!r} has no {ORIGIN}, so nobody can tell which base it is for; "
            "give a folder that `ontopilot finetune train` made"
        )
    origin = read_json(file)
    digest = folder_digest(base)
    if origin.get("base_digest") != digest:
        raise ModelError(
            f"adapter {str(adapter)!r} was trained over {origin.get('base')!r} "
            f"({origin.get('base_digest')!r}), and {str(base)!r} is {digest!r}; give that base, "
            "or train an adapter for this one"
        )
    return origin
