"""What a run takes of the machine."""

from __future__ import annotations

import resource
import sys


def peak_mb():
    """The most memory that this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
