"""Images: colours, turning, and what measures them."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import between, distinct, positive, real
from gradcheck.op import HALF, Family, edge, kink

colour = Family("colour")
PICTURE = real(1, 3, 4, 1)

# Colours: three channels that keep away from each other.
COLOURS = distinct(1, 2, 2, 3, gap=0.05)


def _bright(x: Any) -> Any:
    return x + tf.cast(0.5, x.dtype)


colour(
    "rgb_to_hsv",
    lambda x: tf.image.rgb_to_hsv(_bright(x)),
    COLOURS,
    edges=[
        edge("red 0", [[0.0, 0.4, 0.7]], call=tf.image.rgb_to_hsv),
        edge("green 0", [[0.4, 0.0, 0.7]], call=tf.image.rgb_to_hsv),
        edge("blue 0", [[0.4, 0.7, 0.0]], call=tf.image.rgb_to_hsv),
        kink("grey", [[0.5, 0.5, 0.5]], call=tf.image.rgb_to_hsv),
        kink("black", [[0.0, 0.0, 0.0]], call=tf.image.rgb_to_hsv),
    ],
)
colour("rgb_to_grayscale", tf.image.rgb_to_grayscale, real(2, 2, 3), dtypes=("float32",))
colour("grayscale_to_rgb", tf.image.grayscale_to_rgb, real(2, 2, 1), dtypes=HALF)
colour("rgb_to_yiq", tf.image.rgb_to_yiq, real(2, 2, 3))
colour("yiq_to_rgb", tf.image.yiq_to_rgb, real(2, 2, 3))
colour("rgb_to_yuv", tf.image.rgb_to_yuv, real(2, 2, 3))
colour("yuv_to_rgb", tf.image.yuv_to_rgb, real(2, 2, 3))
colour("adjust_brightness", lambda x: tf.image.adjust_brightness(x, 0.2), real(2, 2, 3), dtypes=("float32",))
colour(
    "adjust_gamma",
    lambda x: tf.image.adjust_gamma(x, 0.7, 1.2),
    positive(2, 2, 3),
    dtypes=("float32",),
    edges=[edge("gamma 2 at zero", [[[0.0]]], call=lambda x: tf.image.adjust_gamma(x, 2.0))],
)
colour(
    "convert_image_dtype",
    lambda x: tf.image.convert_image_dtype(x, tf.float64),
    real(2, 2, 1),
    dtypes=HALF,
)

# Turning and measuring.
colour("rot90", lambda x: tf.image.rot90(x, 3), PICTURE)
colour("flip_up_down", tf.image.flip_up_down, PICTURE)
colour("flip_left_right", tf.image.flip_left_right, PICTURE)
colour("transpose_image", tf.image.transpose, PICTURE)
colour("image_gradients", tf.image.image_gradients, PICTURE)
colour("sobel_edges", tf.image.sobel_edges, PICTURE)
colour("total_variation", tf.image.total_variation, distinct(1, 3, 3, 1), edges=[kink("equal", [[[1.0], [1.0]]])])
colour(
    "psnr",
    lambda x, y: tf.image.psnr(x, y, 1.0),
    positive(2, 2, 1),
    positive(2, 2, 1),
    dtypes=("float32",),
)
colour(
    "ssim",
    lambda x, y: tf.image.ssim(x, y, 1.0, filter_size=2),
    positive(1, 3, 3, 1),
    positive(1, 3, 3, 1),
    dtypes=("float32",),
    edges=[edge("equal pictures of one colour", [[[[0.5]] * 3] * 3], [[[[0.5]] * 3] * 3])],
)


def _by_scales(x: Any, y: Any) -> Any:
    return tf.image.ssim_multiscale(x, y, 1.0, power_factors=(0.6, 0.4), filter_size=2)


colour(
    "ssim_multiscale",
    # Pictures that are much alike: of opposite ones, the similarity is cut off at zero.
    lambda x, y: _by_scales(x, 0.8 * x + 0.2 * y),
    between(0.2, 0.8, 1, 4, 4, 1),
    between(0.2, 0.8, 1, 4, 4, 1),
    dtypes=("float32",),
    edges=[edge("opposite", between(0.2, 0.8, 1, 4, 4, 1), call=lambda x: _by_scales(x, 1.0 - x))],
)
