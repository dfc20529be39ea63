"""The commands of ``planner-tui``, a module for each group of them.

``tui/cli.py`` names them and imports one when it is asked for. What they share is where the plan is
(``where.py``) and how they answer (``output.py``). Nothing here is imported with textual or rich.
"""
