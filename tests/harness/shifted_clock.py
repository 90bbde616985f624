"""Runs programs under a wall clock that the test moves (libfaketime; timers and monotonic time stay real), so that a
test sees quarters of an hour go by without waiting for them."""
import glob
import os
import time

from processes import LoopbackRunner

LIBRARIES = "/usr/lib/*/faketime/libfaketime.so.1"


class ShiftedClock(LoopbackRunner):
    def __init__(self, folder):
        found = glob.glob(LIBRARIES)
        if not found:
            raise FileNotFoundError(f"no {LIBRARIES}: install the Debian package faketime")
        self._file = folder / "clock"
        self.offset = 0  # whole seconds ahead of the real clock
        self._env = {**os.environ, "LD_PRELOAD": found[0], "FAKETIME_TIMESTAMP_FILE": str(self._file),
                     "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
        self.set(0)

    def set(self, offset):
        """Takes effect at once, in running programs too."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"+{offset}\n")
        os.replace(fresh, self._file)
        self.offset = offset

    def now(self):
        """Seconds since 1970 by the shifted clock."""
        return time.time() + self.offset

    def go_to(self, instant):
        self.set(int(instant - time.time()) + 1)

    def start(self, host, argv, log, env=None):
        return super().start(host, argv, log, {**self._env, **(env or {})})

    def call(self, host, argv, patience=60.0, env=None):
        return super().call(host, argv, patience, {**self._env, **(env or {})})
