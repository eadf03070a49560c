"""No child outlives its command: what this process started is ended with it, however it ends.

A process that is killed cannot end its children any more. So another one, started with the first child, reads a pipe
from this one, on which children are told as they come and go; when the pipe ends, it kills those that are left.

It holds on every system, and for children whose thread has ended. Linux' own means (PR_SET_PDEATHSIG) would end those,
too soon, and has to be asked for between fork and exec, where a process with several threads may not run Python.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress

GRACE_S = 1.0
"""How long a group has to end by itself, as a worker does when its parent has gone: it takes its files along."""
END_S = 1.0
"""How long the other process is waited for at the end of this one."""


def watch(pid: int, *, group: bool = False) -> None:
    """From now on this child (with `group`: its process group) is killed when this process ends."""
    _told.add(f"{'g' if group else 'p'}{pid}")


def forget(pid: int) -> None:
    """This child has ended."""
    _told.remove((f"g{pid}", f"p{pid}"))


class _Told:
    """The children that are to be killed, and the process that knows them; started when there is a first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def add(self, child: str) -> None:
        with self._lock:
            self._children.add(child)
            if self._process is None or not self._write(f"+{child}\n"):
                self._start()

    def remove(self, children: tuple[str, ...]) -> None:
        with self._lock:
            for child in self._children.intersection(children):
                self._children.remove(child)
                self._write(f"-{child}\n")

    def _start(self) -> None:
        """Start it and tell all children. Where no process can be started they are on their own."""
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._write("".join(f"+{child}\n" for child in self._children))

    def _write(self, lines: str) -> bool:
        """Whether it is still there to be told."""
        if self._process is None or self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(lines.encode())
            self._process.stdin.flush()
        except OSError:
            with suppress(OSError):
                self._process.stdin.close()
            self._process.wait()
            self._process = None
            return False
        return True

    def end(self) -> None:
        """Let it kill what is left, and end."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(END_S)

    def forked(self) -> None:
        """In a child of a fork: the children are not its own, and its end of the pipe would keep them alive."""
        self._lock = threading.Lock()
        process, self._process = self._process, None
        self._children.clear()
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
            process.returncode = 0  # another's child, which is not waited for here


def _kill(children: Iterable[bytes]) -> None:
    for child in children:
        pid = int(child[1:])
        with suppress(OSError):
            if child.startswith(b"g") and hasattr(os, "killpg"):
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _is_there(group: bytes) -> bool:
    try:
        if hasattr(os, "killpg"):
            os.killpg(int(group[1:]), 0)
    except OSError:
        return False
    return True


def main() -> None:
    """Be the other process: read until the end, then kill what is left."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    left: set[bytes] = set()
    for line in sys.stdin.buffer:
        if not line.endswith(b"\n"):
            break  # cut short: its last digits may be missing
        child = line[1:].strip()
        if line.startswith(b"+"):
            left.add(child)
        else:
            left.discard(child)
    _kill(child for child in left if child.startswith(b"p"))
    groups = [child for child in left if child.startswith(b"g")]
    last = time.monotonic() + GRACE_S
    while any(map(_is_there, groups)) and time.monotonic() < last:
        time.sleep(0.05)
    _kill(groups)
    os._exit(0)


if __name__ == "__main__":
    main()
else:
    _told = _Told()
    atexit.register(_told.end)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_told.forked)
