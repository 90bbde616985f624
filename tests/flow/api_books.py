"""Books to ask about over the API: the auditor's generated history of five ISPs, with a sixth one that nobody exchanges
anything with, months closed, invoices, policies, alerts, components; a real tracker that serves them; a token each."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "auditor"), str(HERE.parent / "harness")]
from api_client import Api  # noqa: E402
from cluster import free_port  # noqa: E402
from history import History  # noqa: E402
from processes import LoopbackRunner, PATIENCE, binaries, wait_for  # noqa: E402
from tracker import Tracker  # noqa: E402

SEED = 710
HIDDEN, HIDDEN_PRICE = "Northern Line", "0.0777123"  # no byte goes from or to it
MONTH = "2024-10"


class ApiBooks:
    def __init__(self, folder, server=None):
        self.server = server
        self.tracker = Tracker(folder, server.url() if server else None)
        self.data = self.tracker.data
        self.log = pathlib.Path(folder) / "serve.log"
        history = History(SEED)
        for command in history.commands:
            self.cli(*(json.dumps(word) if isinstance(word, dict) else word for word in command))
        self.tracker.load(0, history.parts[0])
        self._add_hidden()
        self._close_months()
        self._save_report()
        self.process, self.api = None, None
        self.tokens = {}

    def cli(self, *words):
        return self.tracker.ask(*words)

    def _add_hidden(self):
        self.cli("isp", "add", HIDDEN, "--prefix", "198.18.77.0/24")
        self.cli("agreement", "add", "--isp", HIDDEN, "--grant", "always", "--price", HIDDEN_PRICE, "--currency", "EUR")
        self.cli("component", "add", "hidden core", "--address", "198.18.77.1", "--isp", HIDDEN)
        self.cli("component", "add", "core1", "--address", "198.18.1.1", "--isp", "SP1")
        self.cli("component", "add", "core2", "--address", "198.18.2.1", "--isp", "SP2")
        self.cli("component", "add", "exchange", "--kind", "switch")
        self.cli("component", "insight", "add", "--between", "core1", "--and", "core2", "--lies", "exchange")
        self.cli("object", "add", "watched", "--isp", "SP2")
        for isp in ("SP1", "SP2", HIDDEN):
            self.cli("policy", "add", "--isp", isp, "--direction", "out", "--bytes", "900TB", "--per", "month")
            self.cli("alert", "add", f"from {isp}", "--kind", "above", "--window", "2h", "--raise", "900TB", "--from",
                     isp)
        self.cli("alert", "channel", "add", "desk", "--url", "http://127.0.0.1:9/hook")

    def _close_months(self):
        for party in (["--isp", "SP1"], ["--isp", "SP2"], ["--owner", "MovieStudio"], ["--owner", "NewsHouse"]):
            for month in ("2024-08", "2024-09", MONTH):
                try:
                    self.cli("period", "close", month, *party, "--grace", "0")
                except Exception as refusal:  # before its first agreement
                    if "agreement" not in str(refusal) and "contract" not in str(refusal):
                        raise
            lines = self.cli("period", "show", MONTH, *party)["lines"]
            for currency in sorted({line["currency"] for line in lines}):
                self.cli("invoice", "issue", MONTH, *party, "--currency", currency)

    def _save_report(self):
        """Two days ago: the tracker has an answer to catch up with."""
        words = ["report", "save", "nightly", "--schedule", "nightly", "--delay", "0", "--data", self.data, "--",
                 "report", "matrix"]
        done = subprocess.run(["faketime", "-f", "-2d", binaries() / "waybill-tracker", *words], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr

    def serve(self):
        argv = [binaries() / "waybill-tracker", "serve", "--data", self.data, "--listen",
                f"127.0.0.1:{free_port()}"]
        self.process = LoopbackRunner().start(None, argv, self.log)
        found = wait_for(lambda: re.search(r"ready: https://127.0.0.1:(\d+)", self.log.read_text())
                         or not self.process.running(), "the tracker to be ready")
        assert found is not True, self.log.read_text()
        self.api = Api(int(found.group(1)))
        wait_for(lambda: self.cli("report", "saved", "answers", "nightly")["rows"], "the saved report to be answered")

    def add_tokens(self):
        for name, options in {"operator": [], "auditor": [], "isp": ["--isp", "SP1"], "sp2": ["--isp", "SP2"],
                              "owner": ["--owner", "MovieStudio"]}.items():
            role = "isp" if name == "sp2" else name
            self.tokens[name] = self.cli("token", "add", "--role", role, "--name", f"test {name}", "--expires", "2d",
                                         *options)["token"]

    def dump(self):
        """Every row of every table but those that time alone changes: how alerts stand."""
        if self.server:
            lines = self.server.dump(self.tracker.url)
        else:
            with sqlite3.connect(f"file:{self.data / 'tracker.db'}?mode=ro", uri=True) as database:
                lines = list(database.iterdump())
        return [line for line in lines if "INTO alert" not in line and 'INTO "alert' not in line
                and not line.lstrip().startswith("public.alert")]

    def raw(self):
        """The bytes of the database's files."""
        if self.server:
            return "\n".join(self.server.dump(self.tracker.url)).encode()
        return b"".join(path.read_bytes() for path in sorted(self.data.glob("tracker.db*")))

    def stop(self):
        if self.process:
            self.process.stop()


def keep_answers():
    """Where WAYBILL_API_ANSWERS names a folder, answers are kept there, to be read by people."""
    folder = os.environ.get("WAYBILL_API_ANSWERS")
    return pathlib.Path(folder) if folder else None
