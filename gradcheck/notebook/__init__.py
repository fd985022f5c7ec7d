"""How what was found shows itself in a notebook: fragments of HTML made from plain values."""
