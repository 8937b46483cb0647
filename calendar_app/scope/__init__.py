"""What a release carries: work items and the lock on them, planned, approved and tested versions, the people in it."""
