"""Shows: the click command line and the Textual app."""
