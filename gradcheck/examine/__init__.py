"""Examining the catalogue: which operations are judged, in which processes, and what is found."""
