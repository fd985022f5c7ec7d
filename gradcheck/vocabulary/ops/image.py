"""Images: resizing, cropping, warping, and patches."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import between, real
from gradcheck.op import HALF, Edge, Family, edge

image = Family("image")
NOT_WRITTEN = "its gradient function gives None: nobody has written that derivative"
NO_XLA = "XLA has no kernel for it"
NO_SECOND = "the gradient of its gradient is not registered"
picture = real(1, 3, 4, 1)
LINEAR = {"second": "its gradient is registered as not differentiable", "forward": NO_SECOND}
STEPS = {"second": NO_SECOND, "forward": NO_SECOND}


def _flags(operation: str, *sizes: list[int]) -> list[Edge]:
    """Return an edge for each size and each way to lay the grids on each other."""
    ways: dict[str, dict[str, bool]] = {
        "plain": {},
        "align_corners": {"align_corners": True},
        "half_pixel_centers": {"half_pixel_centers": True},
    }
    return [
        edge(
            f"{name} to {size[0]}x{size[1]}",
            call=lambda x, s=size, o=options: getattr(tf.raw_ops, operation)(images=x, size=s, **o),
        )
        for size in sizes
        for name, options in ways.items()
    ]


# Resizing.
image(
    "resize_nearest",
    lambda x: tf.image.resize(x, [5, 3], method="nearest"),
    picture,
    dtypes=HALF,
    edges=[
        *_flags("ResizeNearestNeighbor", [2, 6], [7, 1]),
        edge("empty", real(0, 3, 4, 1)),
    ],
    limits=STEPS,
)
image(
    "resize_bilinear",
    lambda x: tf.image.resize(x, [5, 3], method="bilinear"),
    picture,
    dtypes=("float32",),
    edges=[*_flags("ResizeBilinear", [2, 6], [7, 1], [1, 1]), edge("one pixel", real(1, 1, 1, 2))],
    limits=LINEAR,
)
image(
    "resize_bilinear_of_half",
    lambda x: tf.image.resize(x, [5, 3], method="bilinear"),
    picture,
    dtypes=("float16", "bfloat16"),
    limits=LINEAR,
)
image(
    "resize_bicubic",
    lambda x: tf.image.resize(x, [5, 3], method="bicubic"),
    picture,
    dtypes=("float16", "float32"),
    edges=_flags("ResizeBicubic", [2, 6], [7, 1]),
    limits=STEPS | {"xla": NO_XLA},
)
for _kernel in ("lanczos3", "lanczos5", "gaussian", "mitchellcubic", "bilinear"):
    image(
        f"resize_{_kernel}_antialiased",
        lambda x, kernel=_kernel: tf.image.resize(x, [2, 5], method=kernel, antialias=True),
        picture,
        dtypes=("float32", "float64") if _kernel == "lanczos3" else ("float32",),
        limits=STEPS | {"xla": NO_XLA},
    )
image(
    "scale_and_translate",
    lambda x, scale, translation: tf.raw_ops.ScaleAndTranslate(
        images=x, size=[3, 3], scale=scale, translation=translation, kernel_type="triangle", antialias=False
    ),
    picture,
    between(0.83, 0.9, 2),
    between(0.11, 0.17, 2),
    dtypes=("float32",),
    edges=[
        edge(
            "antialias",
            call=lambda x, s, t: tf.raw_ops.ScaleAndTranslate(
                images=x, size=[2, 2], scale=s, translation=t, kernel_type="keyscubic", antialias=True
            ),
        )
    ],
    limits=STEPS | {"xla": NO_XLA},
    absent={1: NOT_WRITTEN, 2: NOT_WRITTEN},
)
image("resize_with_pad", lambda x: tf.image.resize_with_pad(x, 4, 4), picture, dtypes=("float32",), limits=LINEAR)
image("resize_with_crop_or_pad", lambda x: tf.image.resize_with_crop_or_pad(x, 2, 5), picture)

# Cropping.
BOXES = between(0.13, 0.17, 2, 4)


def _boxes(low: Any) -> Any:
    """Return boxes that grow from numbers around 0.15: no sample falls on a pixel."""
    return low + tf.constant([[0.0, 0.05, 0.55, 0.6], [0.1, 0.0, 0.7, 0.5]], low.dtype)


def _crop(method: str, size: list[int], which: list[int]) -> Any:
    def call(x: Any, low: Any) -> Any:
        boxes = tf.cast(_boxes(low), tf.float32)
        return tf.image.crop_and_resize(x, boxes, which, size, method=method, extrapolation_value=0.5)

    return call


image(
    "crop_and_resize",
    _crop("bilinear", [2, 3], [0, 0]),
    picture,
    BOXES,
    dtypes=("float16", "float32"),
    edges=[
        edge("of one pixel", call=_crop("bilinear", [1, 1], [0, 0])),
        edge("of one row", call=_crop("bilinear", [1, 3], [0, 0])),
        edge("two pictures", real(2, 3, 3, 1), BOXES, call=_crop("bilinear", [2, 2], [1, 0])),
        edge("outside", picture, between(0.42, 0.47, 2, 4)),
    ],
    limits=STEPS | {"xla": NO_XLA},
)
image(
    "crop_and_resize_nearest",
    lambda x: _crop("nearest", [2, 3], [0, 0])(x, tf.fill([2, 4], tf.cast(0.15, x.dtype))),
    picture,
    dtypes=("float16", "float32"),
    limits=STEPS | {"xla": NO_XLA},
)
image("crop_to_bounding_box", lambda x: tf.image.crop_to_bounding_box(x, 1, 1, 2, 2), picture)
image("central_crop", lambda x: tf.image.central_crop(x, 0.5), picture)
image("pad_to_bounding_box", lambda x: tf.image.pad_to_bounding_box(x, 1, 0, 5, 5), picture)

# Warping: a whole number of pixels, a fraction, a turn, a zoom.
SHIFT = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
ZOOM = [0.6, 0.0, 0.3, 0.0, 0.6, 0.2, 0.0, 0.0]


def _warp(x: Any, transforms: Any, *, fill: Any = 0.0, mode: str = "CONSTANT", method: str = "BILINEAR") -> Any:
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=tf.cast(transforms, tf.float32)[None],
        output_shape=[3, 4],
        fill_value=tf.cast(fill, tf.float32),
        interpolation=method,
        fill_mode=mode,
    )


image(
    "projective_transform",
    lambda x: _warp(x, SHIFT),
    picture,
    dtypes=("float32",),
    edges=[
        edge("half a pixel", call=lambda x: _warp(x, [1.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0])),
        edge("zoom", call=lambda x: _warp(x, ZOOM)),
        edge("zoom, nearest", call=lambda x: _warp(x, ZOOM, method="NEAREST")),
        edge("reflect", call=lambda x: _warp(x, SHIFT, mode="REFLECT", method="NEAREST")),
        edge("wrap", call=lambda x: _warp(x, SHIFT, mode="WRAP", method="NEAREST")),
        edge("nearest edge", call=lambda x: _warp(x, SHIFT, mode="NEAREST", method="NEAREST")),
        edge("flat", call=lambda x: _warp(x, [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0])),
    ],
    limits={"xla": NO_XLA},
)
image(
    "projective_transform_v2",
    lambda x: tf.raw_ops.ImageProjectiveTransformV2(
        images=x, transforms=[SHIFT], output_shape=[3, 4], interpolation="BILINEAR", fill_mode="CONSTANT"
    ),
    picture,
    dtypes=("float32",),
    limits={"xla": NO_XLA},
)
image(
    "projective_transform_of_transform",
    lambda x, t: _warp(x, t + tf.constant([1.0, 0.0, 0.3, 0.0, 1.0, 0.4, 0.0, 0.0], t.dtype)),
    picture,
    between(-0.04, 0.04, 8),
    dtypes=("float32",),
    absent={1: NOT_WRITTEN},
    limits={"xla": NO_XLA},
)
image(
    "projective_transform_of_fill",
    lambda x, fill: _warp(x, SHIFT, fill=fill[0]),
    picture,
    real(1),
    dtypes=("float32",),
    absent={1: NOT_WRITTEN},
    limits={"xla": NO_XLA},
)

# Patches.
image(
    "extract_patches",
    lambda x: tf.image.extract_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID"),
    picture,
    dtypes=HALF,
    edges=[
        edge(
            "same, strides",
            call=lambda x: tf.image.extract_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 1, 1], "SAME"),
        ),
        edge("rates", call=lambda x: tf.image.extract_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 2, 2, 1], "SAME")),
        edge("empty", real(0, 3, 4, 1)),
    ],
)
image(
    "extract_volume_patches",
    lambda x: tf.extract_volume_patches(x, [1, 2, 1, 2, 1], [1, 1, 1, 1, 1], "VALID"),
    real(1, 2, 3, 2, 1),
    edges=[
        edge("same", call=lambda x: tf.extract_volume_patches(x, [1, 2, 1, 2, 1], [1, 1, 2, 1, 1], "SAME")),
        edge("strides", call=lambda x: tf.extract_volume_patches(x, [1, 1, 2, 1, 1], [1, 2, 1, 2, 1], "VALID")),
    ],
    limits={"xla": NO_XLA},
)
