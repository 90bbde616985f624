"""A whole Waybill: one tracker and any number of agents, real processes, on loopback addresses or on a lab's hosts.

On loopback an ISP is a range such as 127.11.0.0/16 and an agent an address in it.
"""
import atexit
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from processes import LoopbackRunner, PATIENCE, binaries, wait_for


class CommandFailed(Exception):
    def __init__(self, argv, status, stderr):
        super().__init__(f"{' '.join(str(a) for a in argv[:4])} … ended with {status}: {stderr.strip()}")
        self.status = status
        self.stderr = stderr.strip()


def bracketed(address):
    """As it stands before a port."""
    return f"[{address}]" if ":" in address else address


class Tracker:
    def __init__(self, folder, address="127.0.0.1", host=None, runner=None, preset="dev"):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "tracker"
        self.log = self.folder / "tracker.log"
        self.address, self.host = address, host
        self.runner = runner or LoopbackRunner()
        self.binary = binaries(preset) / "waybill-tracker"
        self.process = None
        self.port = None
        self.client_link = self.cdn_link = None

    def init(self, port, *arguments):
        """`init` is told the port that enrol links show."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        text = self.cli("init", self.data, "--public-host", self.address, "--listen",
                        f"{bracketed(self.address)}:{port}", *arguments)
        links = re.findall(r"waybill://\S+", text)
        self.client_link, self.cdn_link = links[0], links[1]

    def change_config(self, key, value):
        """Before it starts: another value for a setting."""
        path = self.data / "tracker.conf"
        lines = [line for line in path.read_text().splitlines() if line.split("=")[0].strip() != key]
        path.write_text("\n".join(lines + [f'{key} = "{value}"']) + "\n")

    def start(self):
        before = self.log.read_text().count("ready: ") if self.log.exists() else 0
        argv = [self.binary, "serve", "--data", self.data]
        self.process = self.runner.start(self.host, argv, self.log)

        def ready():
            if not self.process.running():
                raise CommandFailed(argv, self.process.popen.returncode, self.process.output()[-2000:])
            return self.log.read_text().count("ready: ") > before

        wait_for(ready, "the tracker to be ready")

    def cli(self, *arguments):
        """stdout of a command; CommandFailed where its status is not 0."""
        argv = [self.binary, *arguments]
        status, out, err = self.runner.call(self.host, argv)
        if status != 0:
            raise CommandFailed(argv, status, err)
        return out

    def command(self, *arguments):
        return self.cli(*arguments, "--data", self.data)

    def json(self, *arguments):
        return json.loads(self.command(*arguments, "--json"))


class Agent:
    def __init__(self, cluster, name, address, host=None, config=None):
        self.cluster, self.name, self.address, self.host = cluster, name, address, host
        self.data = cluster.folder / name
        self.log = cluster.folder / f"{name}.log"
        self.runner = cluster.runner
        self.binary = binaries(cluster.preset) / "waybill-agent"
        self.config = dict(config or {})
        self.process = None

    def cli(self, *arguments, patience=PATIENCE):
        argv = [self.binary, *arguments, "--data", self.data]
        status, out, err = self.runner.call(self.host, argv, patience)
        if status != 0:
            raise CommandFailed(argv, status, err)
        return out

    def json(self, *arguments):
        """The answer: the last line, after those that tell the progress of long work."""
        return json.loads(self.cli(*arguments, "--json").strip().splitlines()[-1])

    def enroll(self, link, *arguments):
        self.data.mkdir(parents=True, exist_ok=True)
        self.cli("enroll", link, "--name", self.name, "--bind", self.address, *arguments)

    def start(self):
        config = {"data": self.data, "bind": self.address, "listen": f"{bracketed(self.address)}:0", **self.config}
        path = self.data / "agent.conf"
        path.write_text("".join(f'{key} = "{value}"\n' for key, value in config.items()))
        self.process = self.runner.start(self.host, [self.binary, "run", "--config", path], self.log)

    def answers(self):
        try:
            return bool(self.json("status"))
        except (CommandFailed, json.JSONDecodeError, IndexError):
            return False

    def connected(self):
        try:
            return self.json("status").get("tracker", {}).get("connected", False)
        except (CommandFailed, json.JSONDecodeError, IndexError):
            return False

    def get(self, url, output, *arguments):
        return Download(self, url, output, arguments)


class Download:
    """`waybill-agent get --json` under way; its lines are collected as they come."""

    def __init__(self, agent, url, output, arguments=()):
        self.agent, self.output = agent, pathlib.Path(output)
        self.log = agent.cluster.folder / f"{agent.name}.get.{time.monotonic_ns()}.log"
        argv = [agent.binary, "get", url, "-o", self.output, "--json", "--data", agent.data, *arguments]
        self.process = agent.runner.start(agent.host, argv, self.log)
        agent.cluster.downloads.append(self)

    def lines(self):
        found = []
        for line in self.process.output().splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                pass
        return found

    def wait(self, patience=PATIENCE):
        status = self.process.wait(patience)
        if status != 0:
            raise CommandFailed(self.process.popen.args, status, self.process.output()[-2000:])
        return self.lines()[-1]


class Cluster:
    def __init__(self, folder, preset="dev", runner=None, tracker_address="127.0.0.1", tracker_host=None):
        self.folder = pathlib.Path(folder)
        self.preset = preset
        self.runner = runner or LoopbackRunner()
        self.tracker = Tracker(folder, tracker_address, tracker_host, self.runner, preset)
        self.agents = {}
        self.downloads = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def add_agent(self, name, address, cdn_node=False, share=True, host=None, config=None):
        agent = Agent(self, name, address, host, config)
        agent.enroll(self.tracker.cdn_link if cdn_node else self.tracker.client_link)
        self.agents[name] = agent
        agent.start()
        wait_for(agent.connected, f"{name} to be connected")
        if share and not cdn_node:
            agent.cli("share", "on")
        return agent

    def stop(self):
        processes = [download.process for download in self.downloads]
        processes += [agent.process for agent in self.agents.values()] + [self.tracker.process]
        threads = [threading.Thread(target=p.stop) for p in processes if p is not None]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def make_file(path, size, seed=1):
    """A file of `size` bytes that depend on the seed alone and don't compress."""
    with open(path, "wb") as out, subprocess.Popen(
            ["openssl", "enc", "-aes-128-ctr", "-nosalt", "-pass", f"pass:{seed}", "-md", "sha256", "-in",
             "/dev/zero"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as stream:
        left = size
        while left:
            chunk = stream.stdout.read(min(left, 1 << 20))
            out.write(chunk)
            left -= len(chunk)
        stream.kill()
    return pathlib.Path(path)


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def work_folder(name):
    """A new folder for one test's files; kept for reading when WAYBILL_KEEP is set."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"waybill-{name}-"))
    if "WAYBILL_KEEP" in os.environ:
        print(f"files stay in {folder}")
    else:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
