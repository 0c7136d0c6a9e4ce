"""What a pipeline reads: a GGUF made of a checkpoint, a GGUF file, or an OpenVINO folder."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models.files.adapter import Adapter, open_adapter, read_adapter
from ontopilot.models.files.checkpoint import locate, open_checkpoint, read_json, read_tokenizer
from ontopilot.models.files.gguf import Weights, gguf_of, read_gguf_settings
from ontopilot.models.files.llama import weight_shapes
from ontopilot.models.hardware import require_memory
from ontopilot.models.openvino.folder import XML, folder_of
from ontopilot.models.streaming.child import Line

_WRITTEN: Mapping[str, Weights] = MappingProxyType({"int8": "int8", "int4": "int4"})
_BITS = MappingProxyType({"u8": "int8", "i8": "int8", "u4": "int4", "i4": "int4", "nf4": "int4"})
_FLOATS = MappingProxyType({"f32": "fp32", "bf16": "bf16", "f16": "fp16"})
_CONSTANT = re.compile(r'<data element_type="(\w+)"[^>]*? size="(\d+)"')
_PROJECTION = re.compile(r'name="__module\.(model\.layers\.\d+\.\w+\.\w+)/[^"]*" type="MatMul"')


@dataclass(frozen=True, slots=True)
class Source:
    """A model as the pipeline reads it.

    `tokenizer` is the folder of the tokenizer where it is not in the model itself, `weights` the
    number format if it is known, and `fused` an adapter that the pipeline has to add.
    """

    model: Path
    config: Mapping[str, Any]
    tokenizer: Path | None
    weights: str
    fused: Adapter | None = None

    @property
    def size(self) -> int:
        """Bytes of the weights on disk."""
        files = list(self.model.glob("*.bin")) if self.model.is_dir() else [self.model]
        return sum(file.stat().st_size for file in files)


def find_source(settings: Line) -> Source:
    """Find what the settings name, converted now if it is a checkpoint that was not yet.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: it cannot be read or converted, or has other numbers than are asked for.
    """
    path = locate(settings["target"])
    if path.is_file():
        if path.suffix != ".gguf":
            raise ModelNotFound(
                f"model {str(path)!r} is no '.gguf' file; give one, or the folder of a model"
            )
        config, weights = read_gguf_settings(path)
        source = Source(path, config, None, weights)
    elif (path / XML).is_file():
        source = _of_folder(path, settings["adapter"])
    else:
        return _of_checkpoint(path, settings)
    _check_precision(source, settings["precision"])
    return source


def _of_checkpoint(path: Path, settings: Line) -> Source:
    checkpoint = open_checkpoint(path)
    read_tokenizer(path)
    adapter = open_adapter(Path(settings["adapter"]), checkpoint) if settings["adapter"] else None
    require_memory(2 * checkpoint.numbers, model=settings["name"])
    weights = _WRITTEN.get(settings["precision"], "fp16")
    make = folder_of if weights == "int8" else gguf_of
    made = make(checkpoint, Path(settings["cache"]), adapter, weights=weights)
    return Source(made, checkpoint.config, path, weights)


def _of_folder(folder: Path, adapter: str | None) -> Source:
    config = read_json(folder / "config.json")
    xml = (folder / XML).read_text(encoding="utf-8")
    fused = None
    if adapter:
        fused = read_adapter(Path(adapter))
        fused.check(_projections(folder, config, xml), model=folder)
    has_tokenizer = (folder / "tokenizer.json").is_file()
    return Source(folder, config, folder if has_tokenizer else None, _weights(xml), fused)


def weights_of(folder: Path) -> str:
    """The number format of the weights of an OpenVINO folder."""
    return _weights((folder / XML).read_text(encoding="utf-8"))


def _projections(
    folder: Path, config: Mapping[str, Any], xml: str
) -> Mapping[str, tuple[int, ...]]:
    """The weights that an adapter may change, by the names that the graph kept."""
    named = {f"{name}.weight" for name in _PROJECTION.findall(xml)}
    try:
        shapes = {name: shape for name, shape in weight_shapes(config) if name in named}
    except (KeyError, TypeError, ZeroDivisionError):
        shapes = {}
    if not shapes:
        raise ModelError(
            f"model {str(folder)!r} has lost the names of its layers, which an adapter needs; "
            "name the checkpoint that it was made from"
        )
    return shapes


def _weights(xml: str) -> str:
    """The number format of most weights of a graph."""
    sizes: Counter[str] = Counter()
    for kind, size in _CONSTANT.findall(xml):
        sizes[kind] += int(size)
    for form in ("int4", "int8"):  # quantised weights have scales, and some of them more bits
        if any(_BITS.get(kind) == form for kind in sizes):
            return form
    floats = {kind: size for kind, size in sizes.items() if kind in _FLOATS}
    return _FLOATS[max(floats, key=lambda kind: floats[kind])] if floats else ""


def _check_precision(source: Source, asked: str) -> None:
    """Whole numbers are served as such, and are not made of others while a model loads."""
    whole = set(_BITS.values())
    if asked in ("auto", source.weights) or not {asked, source.weights} & whole:
        return
    raise ModelError(
        f"model {str(source.model)!r} holds {source.weights or 'mixed'} weights and "
        f"precision={asked!r} is asked for; ask for 'auto', or name the checkpoint"
    )


def find_draft(settings: Line, main: Source) -> Path:
    """The OpenVINO folder of the model that drafts, which must read and write the same tokens.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: it cannot be used, or has another vocabulary.
    """
    path = locate(settings["draft"])
    if main.tokenizer and _vocabulary(path) != _vocabulary(main.tokenizer):
        raise ModelError(
            f"draft {str(path)!r} has another vocabulary than model {settings['target']!r}; "
            "draft with a smaller model of the same family"
        )
    if (path / XML).is_file():
        return path
    return folder_of(open_checkpoint(path), Path(settings["cache"]))


def _vocabulary(folder: Path) -> object:
    return read_json(folder / "tokenizer.json").get("model", {}).get("vocab")
