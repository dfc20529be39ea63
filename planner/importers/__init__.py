"""Importers: they read another program's files and change the plan through planning actions."""
