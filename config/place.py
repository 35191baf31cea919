"""Where this code lies, and what the names of its settings begin with."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "OTKLIK_"
