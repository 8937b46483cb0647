"""Who decides a gate: the rules, the votes, what a decision rests on, and the boards that meet for it."""
