"""What is done in a phase: its activities, and each time it was entered (visits)."""
