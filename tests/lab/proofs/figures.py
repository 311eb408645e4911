"""Where measured figures wait for the end of the run."""

import pytest

FIGURES = pytest.StashKey[list[str]]()
