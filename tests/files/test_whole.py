"""Files appear whole or not at all, and a failed one is told by the name that was asked for."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from optimizer.files.whole import write_text, write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    write_text(file, "old")

    def half(part: Path) -> None:
        part.write_text("ha")
        raise OSError(errno.ENOSPC, "No space left on device", str(part))

    with pytest.raises(OSError, match="No space left") as told:
        write_whole(file, half)
    assert told.value.filename == str(file) and file.read_text() == "old"
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, lambda part: (_ for _ in ()).throw(KeyboardInterrupt))
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX")
def test_a_file_has_the_rights_that_the_user_gives_new_ones(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_text(tmp_path / "file.txt", "private")
    finally:
        os.umask(before)
    assert (tmp_path / "file.txt").stat().st_mode & 0o777 == 0o600
