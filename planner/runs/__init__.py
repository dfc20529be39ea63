"""Runs: a coding agent builds finalized cards, checks gate what it built, a person approves.

A supervisor, a process of its own for each run, drives it as far as it goes without a person
(``supervisor.py``). What it knows is in the database and in the run's folder (``folders.py``), so
that the next supervisor goes on where one was killed. Screens and commands record what a person
wants and see to it that a supervisor is there. A card's first turn, once it is recorded, is begun
together with its supervisor, which takes it over: nobody waits for one process to start another.
"""
