"""Starts real processes for the flow tests, the lab and the demo, and ends exactly those it started."""
import os
import pathlib
import signal
import subprocess
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds; only a broken program makes a test wait so long


def binaries(preset="dev"):
    """The folder of the programs under test: WAYBILL_BIN, or the preset's build folder."""
    return pathlib.Path(os.environ.get("WAYBILL_BIN", SOURCE / "build" / preset / "bin"))


def wait_for(condition, what, patience=PATIENCE, step=0.05):
    """Polls until condition() is true; returns its value. Fails with `what` when patience ends."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(step)


class Process:
    """One child process with its output in a file, so that a full pipe never stops it."""

    def __init__(self, popen, log):
        self.popen = popen
        self.log = pathlib.Path(log)

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def wait(self, patience=PATIENCE):
        return self.popen.wait(timeout=patience)

    def kill9(self):
        if self.running():
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self, patience=PATIENCE):
        """SIGTERM, and the exit status; SIGKILL only where that is ignored, which is an error."""
        if self.running():
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise TimeoutError(f"{self.popen.args[0]} (pid {self.pid}) did not end on SIGTERM: {self.output()[-2000:]}")


class LoopbackRunner:
    """Runs programs on this host. A lab's runner has the same two methods and puts them into a host's namespace."""

    def start(self, host, argv, log, env=None):
        del host
        with open(log, "ab") as out:
            popen = subprocess.Popen([str(a) for a in argv], stdout=out, stderr=subprocess.STDOUT,
                                     stdin=subprocess.DEVNULL, env=env)
        return Process(popen, log)

    def call(self, host, argv, patience=PATIENCE, env=None):
        """Runs to its end; returns (exit status, stdout, stderr)."""
        del host
        done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=patience,
                              stdin=subprocess.DEVNULL, check=False, env=env)
        return done.returncode, done.stdout, done.stderr
