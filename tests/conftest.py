"""Makes the tests' own modules importable and keeps the language of the machine out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["EFFICACE_LANG"] = "en"
