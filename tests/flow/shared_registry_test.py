#!/usr/bin/env python3
"""Two serving trackers on one PostgreSQL: what the commands of the one change in the registry, the other decides by
soon after, without a command or a start of its own. Seen in what it answers from memory.
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import wire  # noqa: E402
from cluster import CommandFailed, Tracker, free_port, work_folder  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from processes import wait_for  # noqa: E402


def make_trackers(folder, url):
    """The second runs with a copy of the first one's data directory, at another port."""
    first, second = Tracker(folder / "first"), Tracker(folder / "second")
    first.init(free_port(), "--store", url)
    shutil.copytree(first.data, second.data)
    conf = second.data / "tracker.conf"
    second.port = free_port()
    text = conf.read_text()
    assert f":{first.port}" in text, "the port is not where the test changes it"
    conf.write_text(text.replace(f":{first.port}", f":{second.port}"))
    return first, second


def policies(tracker):
    """As the running tracker keeps them."""
    return [row["limits"] for row in tracker.json("policy", "why")["policies"]]


def agent_isps(tracker):
    return [row["isp"] for row in tracker.json("agents")["agents"]]


def follow(first, second, folder):
    first.command("isp", "add", "SP1", "--prefix", "198.18.1.0/24")
    first.command("policy", "add", "--isp", "SP1", "--direction", "out", "--bytes", "10GB", "--per", "day")
    assert len(policies(first)) == 1 and "SP1" in policies(first)[0], policies(first)
    wait_for(lambda: policies(second) == policies(first), "the second tracker to keep the policy and know its ISP")

    # Who enrolled with the first is welcome at the second, which then follows where that agent is.
    key = wire.Key(folder / "agent.pem")
    (status, answer), tracker_key = wire.enroll(first.address, first.port, first.client_link, key, "alice")
    assert status == 200, answer

    def welcome():
        channel = wire.ControlChannel(second.address, second.port)
        channel.hello(key, tracker_key)
        try:
            channel.receive_type("welcome")
            return channel
        except ConnectionError:
            channel.close()
            return None

    channel = wait_for(welcome, "the second tracker to know the agent", step=0.5)
    assert len(agent_isps(second)) == 1, agent_isps(second)
    channel.close()

    # The other way about, and an end.
    second.command("policy", "end", "1")
    wait_for(lambda: policies(first) == [], "the first tracker to end the policy")
    second.command("isp", "add", "SP2", "--prefix", "198.18.2.0/24")
    second.command("policy", "add", "--isp", "SP2", "--direction", "into", "--rate", "5MB")
    wait_for(lambda: any("SP2" in text for text in policies(first)), "the first tracker to keep the second's policy")


def main():
    folder = work_folder("shared-registry")
    with PostgresServer() as server:
        first, second = make_trackers(folder, server.url())
        try:
            first.start()
            second.start()
            follow(first, second, folder)
        finally:
            for tracker in (first, second):
                if tracker.process:
                    assert tracker.process.stop() == 0, tracker.log.read_text()[-2000:]
    print("ok: each tracker follows what the other changes")


if __name__ == "__main__":
    try:
        main()
    except CommandFailed as failed:
        sys.exit(str(failed))
