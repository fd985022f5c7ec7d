"""Backbones of KerasHub, small and with random weights, for ``flow.py models --package keras_hub``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from gradcheck.backend import tf

LENGTH, PIXELS = 8, 64
TEXT = {"vocabulary_size": 50, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16}
DECODER = {**TEXT, "num_query_heads": 2, "num_key_value_heads": 1}
BACKBONES: dict[str, dict[str, Any]] = {
    "AlbertBackbone": {**TEXT, "embedding_dim": 8},
    "BartBackbone": TEXT,
    "BertBackbone": TEXT,
    "BloomBackbone": TEXT,
    "DebertaV3Backbone": TEXT,
    "DistilBertBackbone": TEXT,
    "ElectraBackbone": {
        **{n: v for n, v in TEXT.items() if n != "vocabulary_size"},
        "vocab_size": 50,
        "embedding_dim": 8,
    },
    "FNetBackbone": {name: value for name, value in TEXT.items() if name != "num_heads"},
    "GemmaBackbone": {**DECODER, "head_dim": 4},
    "GPT2Backbone": TEXT,
    "GPTNeoXBackbone": {**TEXT, "rotary_percentage": 1.0},
    "LlamaBackbone": DECODER,
    "MistralBackbone": DECODER,
    "OPTBackbone": TEXT,
    "Phi3Backbone": DECODER,
    "RobertaBackbone": TEXT,
    "T5Backbone": TEXT,
    "WhisperBackbone": TEXT,
    "XLMRobertaBackbone": TEXT,
    "ResNetBackbone": {
        "input_conv_filters": [8],
        "input_conv_kernel_sizes": [7],
        "stackwise_num_filters": [64, 128],
        "stackwise_num_blocks": [1, 1],
        "stackwise_num_strides": [1, 2],
        "block_type": "bottleneck_block",
        "image_shape": (PIXELS, PIXELS, 3),
    },
    "ViTBackbone": {
        "image_shape": (PIXELS, PIXELS, 3),
        "patch_size": (16, 16),
        "num_layers": 2,
        "num_heads": 2,
        "hidden_dim": 8,
        "mlp_dim": 16,
    },
}


def backbones() -> Iterator[tuple[str, Callable[[], tuple[Any, Any]]]]:
    """Yield each backbone and inputs that fit it."""
    import keras_hub

    for name, options in BACKBONES.items():
        yield name, partial(build, getattr(keras_hub.models, name), options)


def build(kind: Any, options: dict[str, Any]) -> tuple[Any, Any]:
    """Return a model and an array for each of its inputs."""
    model = kind(**options)
    random = np.random.default_rng(0)

    def draw(spec: Any) -> Any:
        shape = [2, *(LENGTH if size is None else size for size in spec.shape[1:])]
        if "int" in str(spec.dtype):
            return tf.constant(random.integers(0, 2, shape), spec.dtype)
        return tf.constant(random.random(shape), spec.dtype)

    return model, {name: draw(spec) for name, spec in model.input.items()} if isinstance(model.input, dict) else draw(
        model.input
    )
