"""Recording what gradients are, and comparing recordings: of other versions of TensorFlow, or of other commits."""
