"""What property tests need, where Hypothesis is installed; elsewhere they are skipped.

A server has what the addon declares, and Hypothesis is no part of that. A module of tests
that cannot be imported would keep all others from running there, and Odoo from starting.
"""

import unittest

try:
    from hypothesis import Phase, given, settings
    from hypothesis import strategies as st
except ImportError:

    class _Anything:
        """Stands for whatever strategy or setting a test that is skipped describes."""

        def __getattr__(self, name):
            return self

        def __call__(self, *args, **kwargs):
            return self

    Phase = st = _Anything()

    def settings(**kwargs):
        """Leave the test as it is."""
        return lambda test: test

    def given(*args, **kwargs):
        """Skip the test."""
        return unittest.skip("Hypothesis is not installed")


__all__ = ["Phase", "given", "settings", "st"]
