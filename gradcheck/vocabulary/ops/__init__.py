"""The catalogue: TensorFlow's differentiable operations, a file for each family."""
