"""Ordered SQL files, one folder per engine; ``store.migrate`` runs them."""
