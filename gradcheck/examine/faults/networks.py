"""Faults of networks: convolution, pooling, normalisation, recurrence, losses, images and Keras."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("avg-pool-window-beyond-image"),
    Known("block-lstm-cell-clip"),
    Known("block-lstm-gates"),
    Known("block-lstm-v2-order"),
    Known("conv2d-empty-batch-shape"),
    Known("convolution-second-order"),
    Known("depthwise-dilated"),
    Known("depthwise-empty-batch"),
    Known("fractional-avg-pool-unknown-size"),
    Known("fused-batch-norm-moments"),
    Known("isotonic-unknown-batch"),
    Known("isotonic-vector"),
    Known("max-pool-empty-bfloat16"),
    Known("max-pool-explicit-second-order"),
    Known("projective-transform-fill-none"),
    Known("projective-transform-zoom"),
    Known("resize-bicubic-half-none"),
    Known("resize-lanczos-double"),
    Known("rgb-to-hsv-zero-channel"),
    Known("scale-and-translate-none"),
    Known("silu-beta-shape"),
    Known("volume-patches-unknown-size"),
    Known("xla-resize-bilinear-half"),
)
