"""The verbs of gates: plan and edit (`plans`), submit, decide, withdraw and revoke (`rounds`)."""
