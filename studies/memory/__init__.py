"""Networks That Remember: words found by surprise, and why a state forgets. Nothing stands here yet."""

STUDIES = ()
