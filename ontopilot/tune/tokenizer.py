"""A byte-level BPE tokenizer of our own, in the files that every engine reads."""

from collections.abc import Iterable
from pathlib import Path

BEGIN, END, PAD = "<|begin|>", "<|end|>", "<|pad|>"
DRAFT, REASON, USER, ASSISTANT = "<|draft|>", "<|reason|>", "<|user|>", "<|assistant|>"
SPECIAL = (BEGIN, END, PAD, DRAFT, REASON, USER, ASSISTANT)

WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+"
"""Words, single digits and signs are tokens of their own: digits can be copied one by one."""

TEMPLATE = (
    "<|begin|>{% for message in messages %}{% if message['role'] == 'system' %}"
    "{% if 'step by step' in message['content'] %}<|reason|>{% else %}<|draft|>{% endif %}"
    "{% else %}<|{{ message['role'] }}|>{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}<|end|>{% endif %}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""A small model knows its tasks by heart: the system prompt only tells which one it is."""


def train_tokenizer(texts: Iterable[str], folder: Path, *, size: int, context_tokens: int) -> None:
    """Learn `size` tokens from texts and write the tokenizer with its chat template."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        chat_template=TEMPLATE,
        model_max_length=context_tokens,
    ).save_pretrained(folder)
