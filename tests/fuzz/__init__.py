"""Fuzzers: each tries what no one would write by hand, for as long as it is told to.

A fuzzer is a module with a function ``one_try(random)`` that raises when something is wrong.
"""
