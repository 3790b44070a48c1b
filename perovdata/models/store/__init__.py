"""The predictor on disk: the bundle, its card and version, finding or training one."""
