"""Faults of networks: convolution, pooling, normalisation, recurrence, losses, images and Keras."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known(
        "avg-pool-window-beyond-image",
        (
            "avg_pool*/*beyond*/*",
            "avg_pool*/*window*/*",
        ),
    ),
    Known("block-lstm-cell-clip", ("block_lstm_clipped/*/numeric",)),
    Known("block-lstm-gates", ("block_lstm_gates/*/numeric",)),
    Known("block-lstm-v2-order", ("block_lstmv2/*/numeric",)),
    Known("conv2d-empty-batch-shape", ("conv*/*empty*/*",)),
    Known(
        "convolution-second-order",
        (
            "conv*/second*",
            "depthwise*/second*",
        ),
    ),
    Known("depthwise-dilated", ("depthwise_conv2d_raw_dilated/*",)),
    Known("depthwise-empty-batch", ("depthwise*/*empty*/*",)),
    Known("fractional-avg-pool-unknown-size", ("fractional_avg_pool/*unknown",)),
    Known("fused-batch-norm-moments", ("fused_batch_norm_moments/*/numeric",)),
    Known("isotonic-unknown-batch", ("isotonic_regression*/*unknown",)),
    Known("isotonic-vector", ("isotonic_regression/*vector*/*",)),
    Known("log-poisson-loss-zero", ("log_poisson*/*zero*/*",)),
    Known("max-pool-empty-bfloat16"),
    Known("max-pool-explicit-second-order", ("max_pool*/*explicit*/second*",)),
    Known(
        "moments-second-order",
        (
            "nn_moments/*/second*",
            "*ayer_normalization/*/second*",
            "keras.layers.LayerNormalization/*/second*",
            "keras.layers.GroupNormalization/*/second*",
        ),
    ),
    Known("projective-transform-zoom", ("projective_transform*",)),
    Known("resize-bicubic-half-none", ("resize_bicubic*/*float16/*",)),
    Known("resize-lanczos-double", ("*resize*/*lanczos*/*",)),
    Known("rgb-to-hsv-zero-channel", ("rgb_to_hsv/*zero*/*",)),
    Known("silu-beta-shape", ("silu_of_beta/*",)),
    Known("volume-patches-unknown-size", ("extract_volume_patches/*unknown",)),
    Known("weighted-cross-entropy-zero", ("weighted_cross_entropy*/*zero*/*",)),
    Known("xla-resize-bilinear-half", ("resize_bilinear*/*float16/xla",)),
    Known(
        "softmax-cross-entropy-labels-second-order",
        (
            "raw_softmax_cross_entropy/*/numeric",
            "raw_softmax_cross_entropy/*/second*",
            "softmax_cross_entropy/*/second*",
        ),
    ),
    Known(
        "rot90-not-square",
        ("rot90/*/graph", "rot90/*/unknown", "rot90/*/forward*", "rot90/*/second*"),
        found="*Error: *",
        surely=("rot90/float64/graph",),
    ),
)
