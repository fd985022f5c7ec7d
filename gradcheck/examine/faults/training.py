"""Faults that training meets: what becomes of a gradient after it is taken."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known(
        "clip-repeated-slices",
        ("*/slices",),
        what="a dense gradient against slices with repeated ids through tf.*",
        surely=("gather/float64/slices", "slices_through_identity/float64/slices"),
    ),
    Known(
        "proximal-float64",
        ("*/float64/slices",),
        what="a dense gradient against slices* through steps of v1.Proximal*",
        expected="InvalidArgumentError: cannot compute ResourceApplyProximal*",
        surely=(),
    ),
    Known("keras-ema-overwrite", since=(2, 16)),
    Known("keras-loss-scale-slices", since=(2, 16)),
    Known("keras-repeated-ids", since=(2, 16)),
)
