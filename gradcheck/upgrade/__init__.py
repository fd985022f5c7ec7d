"""Recording with several versions of TensorFlow, each in an environment of its own, and comparing what they gave."""
