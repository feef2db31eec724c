"""What a password is hashed with where the tests do not make it cheap."""

from __future__ import annotations

import subprocess
import sys


def test_passwords_are_hashed_with_argon2id_and_64_mebibytes() -> None:
    code = "from efficace.state.passwords import hash_password; print(hash_password('correct horse battery'))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
