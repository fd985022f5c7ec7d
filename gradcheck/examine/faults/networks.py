"""Faults of networks: convolution, pooling, normalisation, recurrence, losses, images and Keras."""

from gradcheck.examine.known import Known

_ISSUES = "https://github.com/tensorflow/tensorflow/issues"
_NUMBER = "[-0-9]*, allowed *"

FAULTS: tuple[Known, ...] = (
    Known(
        "ssim-multiscale-opposite",
        ("ssim_multiscale/opposite/*",),
        surely=("ssim_multiscale/opposite/float32/form",),
        before=(2, 23),
    ),
    # Convolution and pooling.
    Known(
        "avg-pool-window-beyond-image",
        ("avg_pool2d/window beyond image, same/*/numeric", "avg_pool2d/window beyond image, same/*/forward*"),
        found=_NUMBER,
        surely=("avg_pool2d/window beyond image, same/float64/forward",),
    ),
    # oneDNN's kernel alone has it, in a dtype in which edges are judged on demand alone.
    Known("conv2d-empty-batch-shape", ("conv2d/empty batch/float32/*",), surely=(), onednn="float32", before=(2, 23)),
    Known(
        "convolution-second-order",
        ("convolution/*second*",),
        found="AttributeError: 'NoneType' object has no attribute 'decode'",
        surely=("convolution/strides/float64/second",),
    ),
    Known(
        "depthwise-dilated",
        (
            *("depthwise_conv2d_raw_dilated/*/numeric", "depthwise_conv2d_raw_dilated/*/forward*"),
            "depthwise_conv2d_raw_dilated/*/xla",
        ),
        found=_NUMBER,
        surely=("depthwise_conv2d_raw_dilated/float32/numeric",),
        onednn="float32",
    ),
    # What stands in memory may be zeros.
    Known("depthwise-empty-batch", ("depthwise_conv2d/empty batch/*",), surely=(), before=(2, 23)),
    Known(
        "fractional-avg-pool-unknown-size",
        ("fractional_avg_pool/*unknown",),
        found="ValueError: *",
        surely=("fractional_avg_pool/float64/unknown",),
    ),
    Known("max-pool-empty-bfloat16", onednn="bfloat16"),
    Known(
        "max-pool-explicit-second-order",
        ("max_pool2d/explicit/*/forward*", "max_pool2d/explicit/*/second*"),
        found="*EXPLICIT*",
        surely=("max_pool2d/explicit/float64/forward",),
    ),
    Known("pfor-explicit-padding", ("conv2d*/explicit*/jacobian",), found="InvalidArgumentError: *"),
    Known(
        "pfor-grouped-convolution",
        ("conv2d_groups/*/jacobian",),
        found=_NUMBER,
        surely=("conv2d_groups/float32/jacobian",),
        onednn="float32",
    ),
    # Normalisation and recurrence.
    Known("fused-batch-norm-moments", ("fused_batch_norm_moments/*/numeric",), found=_NUMBER),
    Known(
        "forward-fused-batch-norm",
        ("fused_batch_norm*/forward_function",),
        what="reverse against forward through a tf.function",
        found="0, allowed *",
        surely=("fused_batch_normv3/float32/forward_function",),
    ),
    Known(
        "moments-second-order",
        (
            *("nn_moments/*second*", "layer_normalization/*second*"),
            *("keras.layers.LayerNormalization/*second*", "keras.layers.GroupNormalization/*second*"),
            "keras.layers.BatchNormalization/training/*second*",
        ),
        found=_NUMBER,
        surely=("nn_moments/float64/second",),
        before=(2, 23),
    ),
    Known("block-lstm-cell-clip", ("block_lstm_clipped/*/numeric",), found=_NUMBER),
    Known("block-lstm-gates", ("block_lstm_gates/*/numeric",), found="0, allowed *"),
    Known("block-lstm-v2-order", ("block_lstmv2/*/numeric",), found=_NUMBER),
    # Losses.
    Known("ctc-loss-second-order", since=(2, 18)),
    Known(
        "log-poisson-loss-zero",
        ("log_poisson_loss/full, zero counts/*",),
        found="*nan*",
        surely=("log_poisson_loss/full, zero counts/float64/form",),
    ),
    Known("softmax-cross-entropy-broadcast", ("raw_softmax_cross_entropy/* broadcast/*/form",), found="(2, 3)"),
    Known(
        "softmax-cross-entropy-broadcast",
        ("raw_softmax_cross_entropy/* broadcast/*",),
        found="*Error: *",
        surely=(),
    ),
    Known(
        "softmax-cross-entropy-labels-second-order",
        (
            *("raw_softmax_cross_entropy/*numeric", "raw_softmax_cross_entropy/*second*"),
            "softmax_cross_entropy/*second*",
        ),
        found=_NUMBER,
        surely=("raw_softmax_cross_entropy/float64/numeric", "softmax_cross_entropy/float64/second"),
    ),
    Known(
        "weighted-cross-entropy-zero",
        ("weighted_cross_entropy/zero logits/*/numeric", "weighted_cross_entropy/zero logits/*/second*"),
        found=_NUMBER,
        surely=("weighted_cross_entropy/zero logits/*/numeric",),
    ),
    # Images.
    Known(
        "projective-transform-zoom",
        (
            *("projective_transform/zoom*", "projective_transform/reflect/*", "projective_transform/nearest edge/*"),
            "projective_transform_of_transform/*",
        ),
        found=_NUMBER,
        issue=f"{_ISSUES}/127241",
        surely=("projective_transform/zoom/*/numeric",),
        before=(2, 23),
    ),
    Known(
        "projective-transform-zoom",
        ("projective_transform/flat/*",),
        found="*MatrixInverse*",
        surely=(),
        before=(2, 23),
    ),
    Known("resize-bicubic-half-none", ("resize_bicubic/float16/precision",), found="None"),
    Known(
        "resize-bilinear-second-order",
        ("keras.layers.Resizing/*forward*", "keras.layers.UpSampling2D/bilinear/*forward*"),
        found="0, allowed *",
        since=(2, 18),
        issue=f"{_ISSUES}/38643",
        surely=("keras.layers.Resizing/float32/forward",),
    ),
    Known(
        "resize-lanczos-double",
        ("resize_lanczos3_antialiased/float64/form",),
        found="InvalidArgumentError: cannot compute ScaleAndTranslateGrad *",
    ),
    Known("rgb-to-hsv-zero-channel", ("rgb_to_hsv/* 0/*/numeric",), found=_NUMBER),
    Known(
        "rot90-not-square",
        ("rot90/*/graph", "rot90/*/unknown", "rot90/*/xla", "rot90/*/forward*", "rot90/*/second*"),
        found="ValueError: Incompatible shapes *",
        surely=("rot90/float64/graph",),
    ),
    Known(
        "volume-patches-unknown-size",
        ("extract_volume_patches/*unknown",),
        found="TypeError: unsupported operand *",
        issue=f"{_ISSUES}/49146",
        surely=("extract_volume_patches/float64/unknown",),
    ),
    Known(
        "xla-resize-bilinear-half",
        ("resize_bilinear_of_half/*float16/xla", "keras.layers.UpSampling2D/bilinear/float64/xla"),
        surely=("resize_bilinear_of_half/float16/xla",),
    ),
    # Activations and regressions.
    Known(
        "isotonic-unknown-batch",
        ("isotonic_regression/*unknown",),
        found="ValueError: None values not supported.",
        surely=("isotonic_regression/float64/unknown",),
        before=(2, 23),
    ),
    Known(
        "isotonic-vector",
        ("isotonic_regression/vector/*",),
        surely=("isotonic_regression/vector/float64/form",),
        before=(2, 23),
    ),
    Known(
        "silu-beta-shape",
        ("silu_of_beta/float*", "silu_of_beta/a beta for each feature/*"),
        issue=f"{_ISSUES}/127690",
        surely=("silu_of_beta/float64/form",),
        before=(2, 23),
    ),
    Known(
        "pfor-bias-channels-first",
        ("bias_add/channels first/*/jacobian", "bias_add/volume, channels first/*/jacobian"),
        found="ValueError: *",
    ),
)
