"""Known faults of TensorFlow, a file for each group of families; see `gradcheck.examine.known.Known`."""
