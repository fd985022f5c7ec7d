"""Faults that training meets, and no operation of the catalogue."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("keras-ema-overwrite", since=(2, 16)),
    Known("keras-loss-scale-slices", since=(2, 16)),
    Known("keras-repeated-ids", since=(2, 16)),
)
