"""Networks That Remember: words found by surprise, why a state forgets. Still empty."""

STUDIES = ()
