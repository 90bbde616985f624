#!/usr/bin/env python3
"""Resident memory of a real waybill-agent: idle (enrolled, connected, nothing to do), and serving one file with the
posix disk back end (low_memory) while a second agent fetches it. Prints kilobytes as the kernel counts them; judges
nothing.

usage: footprint.py [--toy] [--size BYTES]      WAYBILL_BIN: the folder of the programs
"""
import argparse
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, free_port, make_file, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

GOAL_IDLE_KB = 20 * 1024


def resident(pid):
    """{VmRSS, RssAnon, RssFile} in kB."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon", "RssFile"):
            found[name] = int(value.split()[0])
    return found


def show(what, memory, goal=None):
    ratio = f", {memory['VmRSS'] / goal:.2f} of the goal of {goal} kB" if goal else ""
    print(f"{what:<52} {memory['VmRSS']:>8} kB resident ({memory['RssAnon']} own, {memory['RssFile']} of files){ratio}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--toy", action="store_true", help="16 MB instead of 1 GB")
    parser.add_argument("--size", type=int, default=1_000_000_000)
    options = parser.parse_args()
    size = 16_000_000 if options.toy else options.size
    folder = work_folder("footprint")
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
        idle = cluster.add_agent("idle", "127.0.0.3")
        show("idle agent", resident(idle.process.pid), GOAL_IDLE_KB)
        source = cluster.add_agent("source", "127.0.0.1", cdn_node=True, config={"low_memory": "true"})
        film = make_file(folder / "film", size)
        url = source.json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")["url"]
        show("serving agent, posix disk back end, before serving", resident(source.process.pid))
        download = idle.get(url, folder / "copy")
        highest = {"VmRSS": 0}

        def ended():
            nonlocal highest
            highest = max(highest, resident(source.process.pid), key=lambda memory: memory["VmRSS"])
            return not download.process.running()

        wait_for(ended, "the download to end", patience=600, step=0.1)
        download.wait()
        show(f"the same, highest while it served {size:,} bytes", highest)
        show("the agent that fetched it (mapped files), afterwards", resident(idle.process.pid))


if __name__ == "__main__":
    main()
