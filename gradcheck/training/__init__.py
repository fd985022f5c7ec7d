"""Training two heads: routes, optimizers, and what must hold of a step."""
