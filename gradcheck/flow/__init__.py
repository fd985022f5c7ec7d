"""Flow: which loss reaches which variable, and why a gradient is None, read from the traced graph."""
