"""Recurrent kernels: the block of an LSTM over time, as an operation."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import between, real
from gradcheck.op import Family, edge

recurrent = Family("recurrent")
# Of two steps, one row, one feature, and two units.
X, STATE, KERNEL, PEEP, BIAS = real(2, 1, 1), real(1, 2), real(3, 8), real(2), real(8)
INPUTS = (X, STATE, STATE, KERNEL, PEEP, PEEP, PEEP, BIAS)
NO_SECOND = "the gradient of its gradient is not registered"
LIMITS = {"second": NO_SECOND, "forward": NO_SECOND, "xla": "XLA has no kernel for it"}


def _block(version: str, *, outputs: tuple[int, ...] = (1, 6), steps: int = 2, clip: float = -1.0) -> Any:
    """Return a call of the block; the outputs are i, cs, f, o, ci, co and h."""

    def call(x: Any, cs: Any, h: Any, w: Any, wci: Any, wcf: Any, wco: Any, b: Any) -> Any:
        arrays = {"x": x, "cs_prev": cs, "h_prev": h, "w": w, "wci": wci, "wcf": wcf, "wco": wco, "b": b}
        options = {"cell_clip": clip, "use_peephole": True} | ({"forget_bias": 0.5} if version == "" else {})
        every = getattr(tf.raw_ops, f"BlockLSTM{version}")(
            seq_len_max=tf.constant(steps, tf.int64), **arrays, **options
        )
        return [every[place] for place in outputs]

    return call


for _version in ("", "V2"):
    recurrent(
        f"block_lstm{_version.lower()}",
        _block(_version),
        *INPUTS,
        dtypes=("float32",),
        edges=[edge("fewer steps than rows", call=_block(_version, steps=1))],
        limits=LIMITS,
    )
recurrent("block_lstm_gates", _block("", outputs=(0, 2, 3, 4, 5)), *INPUTS, dtypes=("float32",), limits=LIMITS)
recurrent(
    "block_lstm_clipped",
    _block("", clip=0.5),
    X,
    between(2.0, 3.0, 1, 2),
    *INPUTS[2:7],
    between(1.0, 2.0, 8),
    dtypes=("float32",),
    limits=LIMITS,
)
