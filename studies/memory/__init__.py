"""Networks That Remember: a net that reads letter by letter, the words and classes it finds."""

STUDIES = (  # in reading order
    "letters", "words", "upward", "classes", "zog", "sampling", "units", "limits", "player",
    "parity", "jacobians", "forgetting", "attractors", "sensitivity", "counters", "register",
    "ways", "claims",
)  # fmt: skip
