"""Exporters: they write a plan down in another form, for other programs and for people."""
