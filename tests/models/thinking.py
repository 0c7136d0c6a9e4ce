"""The tiny Llama as a model that thinks: two more tokens, and a template that begins a thought."""

import json
import shutil
from pathlib import Path

MARKS = ("<think>", "</think>")
BEGINS = "{% if enable_thinking %}<think>\n{% endif %}"
"""What the template ends with where the prompt begins the thoughts."""


def save_thinking(tiny: Path, folder: Path, *, begins: bool) -> Path:
    """Make the model; how likely its marks are is as random as they are untrained."""
    import torch
    from transformers import LlamaForCausalLM

    shutil.copytree(tiny, folder)
    file = folder / "tokenizer.json"
    tokenizer = json.loads(file.read_text(encoding="utf-8"))
    size = len(tokenizer["model"]["vocab"])
    plain = {**tokenizer["added_tokens"][0], "special": False}
    tokenizer["added_tokens"] += [
        {**plain, "id": size + at, "content": mark} for at, mark in enumerate(MARKS)
    ]
    file.write_text(json.dumps(tokenizer), encoding="utf-8")
    if begins:
        template = folder / "chat_template.jinja"
        template.write_text(template.read_text(encoding="utf-8") + BEGINS, encoding="utf-8")
    model = LlamaForCausalLM.from_pretrained(tiny, dtype=torch.bfloat16)
    torch.manual_seed(0)
    model.resize_token_embeddings(size + len(MARKS), mean_resizing=False)
    model.save_pretrained(folder)
    return folder
