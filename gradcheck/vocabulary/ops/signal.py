"""Fourier, cosine and short-time transforms, and frames of signals."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import positive, real
from gradcheck.op import COMPLEX, HALF, REAL, Call, Family, edge

signal = Family("signal")
BOTH = (*REAL, *COMPLEX)
EVERY = (*HALF, *COMPLEX)


def _length(transform: Any, *sizes: int) -> Call:
    return lambda x: transform(x, fft_length=sizes)


# Fourier transforms of complex numbers
for _name, _transform in {"fft": tf.signal.fft, "ifft": tf.signal.ifft}.items():
    signal(
        _name,
        _transform,
        real(2, 3),
        dtypes=COMPLEX,
        edges=[edge("even", real(4)), edge("size 1", real(2, 1)), edge("empty batch", real(0, 3))],
    )
for _name, _transform in {"fft2d": tf.signal.fft2d, "ifft2d": tf.signal.ifft2d}.items():
    signal(_name, _transform, real(2, 3), dtypes=COMPLEX, edges=[edge("batch", real(2, 2, 2)), edge("row", real(1, 4))])
for _name, _transform in {"fft3d": tf.signal.fft3d, "ifft3d": tf.signal.ifft3d}.items():
    signal(_name, _transform, real(2, 2, 3), dtypes=COMPLEX, edges=[edge("batch", real(2, 1, 2, 2))])

# Fourier transforms of real numbers
signal(
    "rfft",
    tf.signal.rfft,
    real(2, 4),
    edges=[
        edge("odd", real(5)),
        edge("size 1", real(2, 1)),
        edge("size 2", real(2, 2)),
        edge("padded", real(2, 3), call=_length(tf.signal.rfft, 6)),
        edge("padded, odd", real(2, 3), call=_length(tf.signal.rfft, 5)),
        edge("cropped", real(2, 6), call=_length(tf.signal.rfft, 4)),
        edge("cropped, odd", real(2, 6), call=_length(tf.signal.rfft, 3)),
        edge("cropped to 1", real(2, 4), call=_length(tf.signal.rfft, 1)),
    ],
)
signal(
    "rfft2d",
    tf.signal.rfft2d,
    real(3, 4),
    edges=[
        edge("odd", real(2, 3)),
        edge("batch", real(2, 2, 2)),
        edge("padded", real(2, 3), call=_length(tf.signal.rfft2d, 3, 4)),
        edge("cropped", real(3, 4), call=_length(tf.signal.rfft2d, 2, 4)),
        edge("cropped, last", real(3, 4), call=_length(tf.signal.rfft2d, 3, 3)),
        edge("row", real(1, 4)),
        edge("column", real(4, 1)),
    ],
)
signal(
    "irfft",
    tf.signal.irfft,
    real(2, 3),
    dtypes=COMPLEX,
    edges=[
        edge("odd", real(2, 3), call=_length(tf.signal.irfft, 5)),
        edge("padded", real(2, 3), call=_length(tf.signal.irfft, 8)),
        edge("cropped", real(2, 5), call=_length(tf.signal.irfft, 4)),
        edge("cropped, odd", real(2, 5), call=_length(tf.signal.irfft, 3)),
        edge("to one", real(2, 1), call=_length(tf.signal.irfft, 1)),
        edge("to two", real(2, 2), call=_length(tf.signal.irfft, 2)),
    ],
)
signal(
    "irfft2d",
    tf.signal.irfft2d,
    real(3, 3),
    dtypes=COMPLEX,
    edges=[
        edge("odd", real(2, 3), call=_length(tf.signal.irfft2d, 2, 5)),
        edge("batch", real(2, 2, 2)),
        edge("padded", real(2, 2), call=_length(tf.signal.irfft2d, 3, 4)),
        edge("cropped", real(3, 3), call=_length(tf.signal.irfft2d, 2, 4)),
    ],
)
signal("fftshift", tf.signal.fftshift, real(3, 4), dtypes=EVERY)
signal("ifftshift", lambda x: tf.signal.ifftshift(x, axes=[-1]), real(2, 5), dtypes=EVERY)


# Cosine transforms
def _cosine(kind: int, **options: Any) -> Call:
    return lambda x: tf.signal.dct(x, type=kind, **options)


for _kind in (1, 2, 3, 4):
    _lengths = [edge("odd", real(3)), edge("padded", real(3), call=_cosine(_kind, n=5))]
    _lengths += [edge("cropped", real(5), call=_cosine(_kind, n=3))]
    _ortho = [edge("ortho", real(4), call=_cosine(_kind, norm="ortho"))] if _kind > 1 else []
    signal(f"dct{_kind}", _cosine(_kind), real(2, 4), edges=[*_lengths, *_ortho])
signal("idct", tf.signal.idct, real(2, 4))
signal(
    "mdct",
    lambda x: tf.signal.mdct(x, 4, pad_end=True),
    real(10),
    edges=[edge("ortho", real(8), call=lambda x: tf.signal.mdct(x, 4, norm="ortho"))],
)
signal("inverse_mdct", tf.signal.inverse_mdct, real(3, 2), limits={"unknown": "it needs known sizes"})

# Signals in frames
signal(
    "frame",
    lambda x: tf.signal.frame(x, 3, 2),
    real(2, 7),
    dtypes=EVERY,
    edges=[
        edge("no overlap", real(6), call=lambda x: tf.signal.frame(x, 2, 2)),
        edge("with gaps", real(8), call=lambda x: tf.signal.frame(x, 2, 3)),
        edge("padded", real(2, 5), call=lambda x: tf.signal.frame(x, 4, 2, pad_end=True, pad_value=3)),
        edge("axis=0", real(5, 2), call=lambda x: tf.signal.frame(x, 2, 1, axis=0)),
        edge("axis=-2, padded", real(2, 4, 2), call=lambda x: tf.signal.frame(x, 3, 2, pad_end=True, axis=-2)),
        edge("longer than the signal", real(2), call=lambda x: tf.signal.frame(x, 3, 1, pad_end=True)),
    ],
)
signal(
    "overlap_and_add",
    lambda x: tf.signal.overlap_and_add(x, 2),
    real(2, 3, 3),
    dtypes=EVERY,
    edges=[
        edge("no overlap", real(3, 2)),
        edge("step 1", real(3, 3), call=lambda x: tf.signal.overlap_and_add(x, 1)),
        edge("one frame", real(1, 4)),
    ],
)
signal(
    "stft",
    lambda x: tf.signal.stft(x, 4, 2),
    real(8),
    edges=[
        edge("padded", real(2, 5), call=lambda x: tf.signal.stft(x, 4, 3, fft_length=8, pad_end=True)),
        edge("cropped", real(8), call=lambda x: tf.signal.stft(x, 4, 2, fft_length=3)),
        edge("no window", real(7), call=lambda x: tf.signal.stft(x, 3, 2, fft_length=3, window_fn=None)),
    ],
)
signal(
    "inverse_stft",
    lambda x: tf.signal.inverse_stft(x, 4, 2),
    real(3, 3),
    dtypes=COMPLEX,
    edges=[
        edge("longer", real(3, 5), call=lambda x: tf.signal.inverse_stft(x, 4, 2, fft_length=8)),
        edge("shorter", real(3, 3), call=lambda x: tf.signal.inverse_stft(x, 6, 2, fft_length=4)),
    ],
)
signal("mfcc", lambda x: tf.signal.mfccs_from_log_mel_spectrograms(tf.math.log(x)), positive(2, 4))
signal(
    "kaiser_window",
    lambda beta: tf.signal.kaiser_window(5, beta, dtype=beta.dtype),
    positive(1),
    edges=[edge("beta as a scalar", 1.5)],
)
