"""The real waybill-tracker, asked by its command line, on either engine."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from processes import PATIENCE, binaries  # noqa: E402


class Refused(Exception):
    pass


class Tracker:
    def __init__(self, folder, url=None):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "tracker"
        self.url = url or str(self.data / "tracker.db")
        self.asked = 0
        options = ["--store", url] if url else []
        self._run("init", self.data, "--public-host", "127.0.0.1", "--listen", "127.0.0.1:7443", *options)

    @staticmethod
    def _run(*words):
        done = subprocess.run([str(binaries() / "waybill-tracker"), *map(str, words)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise Refused(f"{' '.join(map(str, words))}: status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def ask(self, *words):
        self.asked += 1
        return json.loads(self._run(*words, "--json", "--data", self.data))

    def verify(self, export):
        return json.loads(self._run("verify", export, "--json"))

    def load(self, number, part):
        """Plays a part of the history into the books; returns what was handed in and what was answered."""
        plan, told = self.folder / f"history{number}.json", self.folder / f"evidence{number}.json"
        plan.write_text(json.dumps(part))
        done = subprocess.run([str(binaries() / "history_loader"), self.url, str(self.data / "tracker.pem"), str(plan),
                               str(told)], capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise Refused(done.stderr.strip())
        return json.loads(told.read_text())
