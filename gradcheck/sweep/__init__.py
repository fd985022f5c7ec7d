"""Laws at millions of points: drawn by number, judged in stacks, counted, and kept whatever happens."""
