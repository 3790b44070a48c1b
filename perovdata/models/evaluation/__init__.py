"""The protocol: targets, grouped splits, nested choice, scores, learning curves, training."""
