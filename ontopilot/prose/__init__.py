"""Plain prose: sentences, words, quantities, negations and conditions."""

from ontopilot.prose.blocks import Block, blocks
from ontopilot.prose.cues import Cue, conditions, negations
from ontopilot.prose.quantity import Quantity, quantities
from ontopilot.prose.sentence import ends, split
from ontopilot.prose.statement import Statement, plain, sentences, statements
from ontopilot.prose.thesaurus import canonical, concept, concepts
from ontopilot.prose.words import STOP_WORDS, content_words, stem, tokens

__all__ = [
    "STOP_WORDS",
    "Block",
    "Cue",
    "Quantity",
    "Statement",
    "blocks",
    "canonical",
    "concept",
    "concepts",
    "conditions",
    "content_words",
    "ends",
    "negations",
    "plain",
    "quantities",
    "sentences",
    "split",
    "statements",
    "stem",
    "tokens",
]
