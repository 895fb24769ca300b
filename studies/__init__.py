"""One file per question, in families that share a lab: python3 -m studies lists them."""

import os
import signal
import sys

# argv[0] is -m while `python3 -m studies NAME` loads: neither Ctrl-C nor want of memory then is a
# traceback.
if sys.argv[0] == "-m":
    sys.excepthook = lambda _, e, __: os.write(2, f"not loaded: {e.__cause__ or e!r}\n".encode())
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))

# Before a study loads numpy: one BLAS thread, as in the core, so that --jobs 1 and 2 give the same.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
