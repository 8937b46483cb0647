"""Going without a release: what it breaks is shown first, then it leaves its enterprise release, on record."""
