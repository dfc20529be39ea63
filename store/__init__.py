"""Remembers: the ``DbAdapter`` seam, the records, the migration runner and backups."""
