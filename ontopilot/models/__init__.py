"""Inference: models by name, the engines that run them, and the pool that never goes dark."""

from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.models.engine import Capabilities, Engine, EngineStats
from ontopilot.models.messages import Chunk, GenerationRequest, Message, Source, Usage
from ontopilot.models.pool import Pool, RoleReport
from ontopilot.models.scripted import Breaks, ScriptedEngine
from ontopilot.models.spec import EngineOptions, Model
from ontopilot.models.vllm.encoder import VllmEncoder

__all__ = [
    "Breaks",
    "Capabilities",
    "Chunk",
    "Encoder",
    "Engine",
    "EngineOptions",
    "EngineStats",
    "GenerationRequest",
    "HashEncoder",
    "Message",
    "Model",
    "Pool",
    "RoleReport",
    "ScriptedEngine",
    "SentenceEncoder",
    "Source",
    "Usage",
    "Vectors",
    "VllmEncoder",
]
