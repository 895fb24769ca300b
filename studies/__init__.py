"""One file per question that the reproduction leaves open; see studies/README.md."""
