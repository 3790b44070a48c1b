"""The tasks, one module per kind; :mod:`perovdata.vision.registry` lists them."""
