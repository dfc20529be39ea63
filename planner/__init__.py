"""Decides: planning actions, the board snapshot, undo and redo, importers."""
