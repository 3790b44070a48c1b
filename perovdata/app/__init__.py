"""The app: a page in the browser on the person's own machine, from a curve or a formula to numbers."""

from perovdata.app.curves import examples, fit_upload
from perovdata.app.server import serve

__all__ = ["examples", "fit_upload", "serve"]
