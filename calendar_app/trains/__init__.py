"""Release trains, and the nominations by which projects ask to ride."""
