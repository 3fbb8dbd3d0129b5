"""Kept under its old name until all who use it name the new one."""

from federation.begun import Begun as Begun
