"""Notices are given at the desk of the tiny town."""

from tests.desk.conftest import desk

__all__ = ["desk"]
