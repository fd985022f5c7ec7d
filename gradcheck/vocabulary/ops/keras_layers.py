"""Keras's layers, found in its module: what a new Keras adds is judged without a new line here."""

import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.domain import Domain, distinct, real
from gradcheck.op import REAL, Family, edge

keras_layers = Family("keras_layers")
keras = tf.keras
# A CPU has no other kernels for pooling, and Resizing computes in float32.
ONE_DTYPE = ("Pooling3D", "Resizing")
# What steps through time, or is made of many operations.
SLOW = ("ConvLSTM", "GRU", "GroupQueryAttention", "LSTM", "MultiHeadAttention", "SimpleRNN")
TRAINED = {"BatchNormalization"}  # without chance, nothing else differs in training
ONES, TWOS, THREES = (2, 4, 2), (1, 4, 4, 2), (1, 3, 3, 2, 1)
MASK = np.array([[True, True, False, True], [True, False, True, True]])

# What a layer must be told; a layer that needs nothing stands in none of these.
NEEDS: dict[str, dict[str, Any]] = {
    **{f"Conv{n}D{kind}": {"filters": 2, "kernel_size": 2} for n in (1, 2, 3) for kind in ("", "Transpose")},
    **{f"SeparableConv{n}D": {"filters": 2, "kernel_size": 2} for n in (1, 2)},
    **{f"DepthwiseConv{n}D": {"kernel_size": 2} for n in (1, 2)},
    **{f"ConvLSTM{n}D": {"filters": 1, "kernel_size": 2} for n in (1, 2, 3)},
    **{f"{kind}Pooling{n}D": {"pool_size": 2} for n in (1, 2, 3) for kind in ("Average", "Max")},
    **{f"Adaptive{kind}Pooling{n}D": {"output_size": 2} for n in (1, 2, 3) for kind in ("Average", "Max")},
    **{name: {"units": 2} for name in ("Dense", "GRU", "LSTM", "SimpleRNN")},
    "Activation": {"activation": "tanh"},
    "ActivityRegularization": {},
    "CenterCrop": {"height": 2, "width": 2},
    "Cropping1D": {"cropping": 1},
    "Cropping2D": {"cropping": 1},
    "Cropping3D": {"cropping": (0, 1, 0)},
    "EinsumDense": {"equation": "abc,cd->abd", "output_shape": (None, 3)},
    "GroupNormalization": {"groups": 1},
    "Permute": {"dims": (2, 1)},
    "RepeatVector": {"n": 2},
    "Rescaling": {"scale": 0.5, "offset": 1.0},
    "Reshape": {"target_shape": (8,)},
    "Resizing": {"height": 3, "width": 5},
    "UpSampling3D": {"size": (1, 2, 1)},
}

# What differs from the default, as edges.
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "BatchNormalization": {"no scale": {"scale": False}, "axis=1": {"axis": 1}, "no center": {"center": False}},
    "Conv1D": {"causal": {"padding": "causal"}, "same, strides": {"padding": "same", "strides": 2}},
    "Conv2D": {"same": {"padding": "same"}, "strides": {"strides": (2, 1)}},
    "Conv2DTranspose": {"same, strides": {"padding": "same", "strides": 2}},
    "DepthwiseConv2D": {"multiplier": {"depth_multiplier": 2}, "same, strides": {"padding": "same", "strides": 2}},
    "ELU": {"alpha": {"alpha": 0.3}},
    "GRU": {
        "reset before": {"reset_after": False},
        "backwards": {"go_backwards": True},
        "sequences": {"return_sequences": True},
        "unrolled": {"unroll": True},
    },
    "GroupNormalization": {"two groups": {"groups": 2}},
    "LSTM": {
        "sequences": {"return_sequences": True},
        "backwards": {"go_backwards": True},
        "no bias": {"use_bias": False},
        "unrolled": {"unroll": True},
    },
    "LayerNormalization": {"axis=1": {"axis": 1}, "no scale": {"scale": False}},
    "LeakyReLU": {"slope": {"negative_slope": 0.7}},
    "ReLU": {"bounds": {"max_value": 0.5, "negative_slope": 0.2, "threshold": 0.1}},
    "SimpleRNN": {"relu": {"activation": "relu"}, "sequences": {"return_sequences": True}},
    "Softmax": {"axis=1": {"axis": 1}},
    "UnitNormalization": {"axis=1": {"axis": 1}},
    "UpSampling2D": {"bilinear": {"interpolation": "bilinear", "size": (2, 3)}},
    "AveragePooling2D": {"same": {"padding": "same", "strides": 1}},
    "MaxPooling2D": {"same": {"padding": "same", "strides": 1}},
    "Flatten": {"channels first": {"data_format": "channels_first"}},
}

# No function of one floating input, without chance.
BASES = {"Layer", "Wrapper", "Pipeline", "RNN", "StackedRNNCells", "Lambda", "InputLayer", "TimeDistributed"}
OF_CHANCE = ("Random", "Dropout", "Gaussian", "Mix", "Aug", "MaxNumBoundingBoxes")
OF_INTEGERS = (
    *("Embedding", "Hash", "Lookup", "Text", "Category", "Discretization"),
    *("Equalization", "AutoContrast", "ContrastLimited", "Solarization", "SMLayer", "Flax", "Jax", "Torch"),
)
TOLD_MORE = {
    "Bidirectional",
    "SpectralNormalization",
    "LSTMCell",
    "GRUCell",
    "SimpleRNNCell",
    "MelSpectrogram",
    "STFTSpectrogram",
}
OF_SEVERAL = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"}
OF_PAIRS: dict[str, dict[str, Any]] = {
    "Dot": {"axes": -1},
    "Attention": {},
    "AdditiveAttention": {},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1},
}
FUNCTIONS_OF_PAIRS: dict[str, dict[str, dict[str, Any]]] = {
    "Attention": {"scaled": {"use_scale": True}, "concat": {"score_mode": "concat"}},
    "AdditiveAttention": {"unscaled": {"use_scale": False}},
    "MultiHeadAttention": {"value_dim": {"value_dim": 3}, "no bias": {"use_bias": False}},
    "Dot": {"normalized": {"axes": 2, "normalize": True}},
}


def find_layers() -> Iterator[str]:
    """Yield the names of Keras's layers, each class once, under the name that it has itself."""
    for name, kind in inspect.getmembers(keras.layers, inspect.isclass):
        if issubclass(kind, keras.layers.Layer) and kind.__name__ == name and name not in BASES:
            yield name


def _kind(name: str) -> str:
    """Return what a layer takes: one input, two that it treats alike, a pair, or nothing that it could be judged by."""
    if name in OF_SEVERAL:
        return "several"
    if name in OF_PAIRS:
        return "pair"
    if name in TOLD_MORE or name.startswith(OF_INTEGERS) or any(word in name for word in (*OF_CHANCE, *OF_INTEGERS)):
        return "none"
    return "one"


def _shape(name: str) -> tuple[int, ...]:
    if name == "RepeatVector":
        return (2, 3)
    if name.startswith("ConvLSTM"):
        return {"1": (1, 2, 4, 1), "2": (1, 2, 3, 3, 1), "3": (1, 2, 2, 2, 3, 1)}[name[-2]]
    rank = {"1D": 1, "2D": 2, "3D": 3}.get(name.replace("Transpose", "")[-2:])
    if name in ("Resizing", "CenterCrop"):
        rank = 2
    return {1: ONES, 2: TWOS, 3: THREES}.get(rank or 1, ONES)


@functools.cache
def _built(name: str, options: tuple[tuple[str, Any], ...], dtype: str, shapes: tuple[tuple[int, ...], ...]) -> Any:
    """Return a layer whose weights are known numbers, and as arrays the weights and a way to move them."""
    with tf.init_scope():
        layer = getattr(keras.layers, name)(dtype=dtype, **dict(options))
        given = [tf.zeros(shape, dtype) for shape in shapes]
        layer(given[0] if len(given) == 1 else given) if name not in _BY_NAME else layer(given[0], given[1])
    stream = np.random.Generator(np.random.Philox(key=11))
    weights = [stream.uniform(0.2, 0.6, w.shape) * stream.choice([-1, 1], w.shape) for w in layer.trainable_variables]
    moves = [stream.uniform(-1, 1, w.shape) for w in weights]
    rest = [_resting(stream, w) for w in layer.non_trainable_variables]
    return layer, weights, moves, rest


def _resting(stream: np.random.Generator, variable: Any) -> Any:
    """Return a value for what is not trained: moving statistics are positive, and the seed of a generator stays."""
    if not tf.as_dtype(variable.dtype).is_floating:
        return variable.numpy()
    return stream.uniform(0.3, 1.0, variable.shape)


_BY_NAME = ("MultiHeadAttention", "GroupQueryAttention")


def _layer(name: str, options: Mapping[str, Any], *, training: bool = False) -> Any:
    """Return a function of the inputs and of a number that moves all trained weights along a direction."""
    settings = tuple(sorted(options.items()))
    parameters = inspect.signature(getattr(keras.layers, name).call).parameters

    def call(*inputs: Any) -> Any:
        *given, one = inputs
        along = tf.reshape(one, [])
        shapes = tuple(tuple(x.shape) for x in given)
        layer, weights, moves, rest = _built(name, settings, along.dtype.name, shapes)
        moved = [
            tf.constant(w, along.dtype) + along * tf.constant(m, along.dtype)
            for w, m in zip(weights, moves, strict=True)
        ]
        kept = [tf.constant(r, tf.as_dtype(v.dtype)) for r, v in zip(rest, layer.non_trainable_variables, strict=True)]
        arguments = given if len(given) == 1 or name in _BY_NAME else [given]
        mode = {"training": training} if "training" in parameters else {}
        outputs, _ = layer.stateless_call(moved, kept, *arguments, **mode)
        return outputs if moved else [y + 0 * along for y in tf.nest.flatten(outputs)]

    return call


def _register(name: str) -> None:
    kind = _kind(name)
    if kind == "none":
        return
    options = OF_PAIRS.get(name, NEEDS.get(name, {}))
    variants = FUNCTIONS_OF_PAIRS.get(name, VARIANTS.get(name, {}))
    shape = (2, 3, 2) if kind != "one" else _shape(name)
    count = {"one": 1, "several": 2, "pair": 2}[kind]
    domains: list[Domain] = [distinct(*shape, gap=0.11), real(*shape)][:count]
    edges = [edge(way, call=_layer(name, {**options, **changed})) for way, changed in variants.items()]
    if name in TRAINED:
        edges.append(edge("training", call=_layer(name, options, training=True)))
    unknown = {"unknown": "a layer is built for known shapes"}
    keras_layers(
        f"keras.layers.{name}",
        _layer(name, options),
        *domains,
        real(1, low=-0.1, high=0.1),
        edges=edges,
        dtypes=("float32",) if name.endswith(ONE_DTYPE) else ("float64",) if name.startswith(SLOW) else REAL,
        limits=unknown,
    )


# Keras 2 has no call without state.
if hasattr(keras.layers.Layer, "stateless_call"):
    for _name in find_layers():
        _register(_name)
