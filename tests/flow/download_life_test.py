#!/usr/bin/env python3
"""Downloads as users live them, with real processes: resumed after SIGKILL without fetching again what was verified;
the tracker absent at the agent's start; consent withdrawn and a grant ended in the middle; a source killed; a file
damaged on a source's disk; configuration and files that cannot be read.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, free_port, make_file, work_folder  # noqa: E402
from processes import LoopbackRunner, binaries, wait_for  # noqa: E402

SIZE = 48_000_000


def url_of(cluster, content):
    return f"https://{cluster.tracker.address}:{cluster.tracker.port}/content/{content}"


def transfers(cluster, **wanted):
    rows = cluster.tracker.json("transfers")["transfers"]
    return [t for t in rows if all(t[k] == v for k, v in wanted.items())]


def acknowledged(cluster, **wanted):
    return sum(t["acknowledged_bytes"] for t in transfers(cluster, **wanted))


def held_part(agent, at_least):
    """The agent holds at least so many pieces of the one thing that it fetches."""
    contents = agent.json("status")["contents"]
    return bool(contents) and contents[0]["pieces_held"] >= at_least


def waits_for_the_tracker(cluster, content):
    """An agent that starts without a tracker waits, tells, and goes on when the tracker is there."""
    agent = cluster.agents["a1"]
    agent.process.stop()
    cluster.tracker.process.stop()
    agent.start()
    wait_for(lambda: "trying again" in agent.process.output(), "the agent to tell that it waits")
    cluster.tracker.start()
    wait_for(agent.connected, "the agent to go on")
    print("ok: the tracker was absent at the agent's start: it waited, told, and went on")
    del content


def resumes_after_sigkill(cluster, content, folder, film):
    agent = cluster.agents["a1"]
    agent.get(url_of(cluster, content), folder / "a1.out")
    wait_for(lambda: held_part(agent, 200), "a part to be verified")
    agent.process.kill9()
    agent.start()
    wait_for(agent.connected, "the agent to be connected again")
    last = agent.get(url_of(cluster, content), folder / "a1.out").wait(120)
    assert (folder / "a1.out").read_bytes() == film.read_bytes()
    sent = sum(t["sent_bytes"] for t in wait_for(
        lambda: acknowledged(cluster) > 0 and not cluster.tracker.json("orders")["orders"] and transfers(cluster),
        "receipts"))
    assert last["held_before"] > 0, last
    # What was on its way at the kill may come twice: a window at most, and this film has none to spare for a full one.
    assert sent < SIZE * 1.5, f"{sent} bytes were sent for a film of {SIZE}"
    print(f"ok: killed and resumed: held {last['held_before']:,} of {SIZE:,} bytes, {sent:,} were sent in all")


def sent_at_rest(agent):
    """What it has sent, once that has not changed for two seconds."""
    seen = [None]

    def rests():
        sent = agent.json("status")["sent"]
        same, seen[0] = sent == seen[0], sent
        return same

    wait_for(rests, "the sender to come to rest", step=2)
    return seen[0]


def consent_and_grant(cluster, content, folder):
    """a1 holds the film. Without its owner's consent, or its ISP's grant, it serves nothing."""
    a1, a2 = cluster.agents["a1"], cluster.agents["a2"]
    key = a1.json("status")["agent"]
    a1.cli("share", "off")
    a2.get(url_of(cluster, content), folder / "a2.out").wait(120)
    assert not transfers(cluster, sender=key), "a1 served although its owner had not consented"
    reasons = {c["agent"]: c["reason"] for c in
               cluster.tracker.json("agents", "--content", content, "--for", "a2")["candidates"]}
    assert "consent" in reasons[key] or "shar" in reasons[key], reasons
    print(f"ok: no consent, no service: {reasons[key]}")

    a1.cli("share", "on")
    cluster.agents["cdn"].process.stop()
    a3 = cluster.agents["a3"]
    download = a3.get(url_of(cluster, content), folder / "a3.out")
    wait_for(lambda: held_part(a3, 100), "a1 and a2 to serve")
    agreement = cluster.tracker.json("agreement", "list")["agreements"][0]
    cluster.tracker.command("agreement", "end", str(agreement["id"]))
    wait_for(lambda: not a1.json("status")["serving"], "a1 to stop")
    before = sent_at_rest(a1)  # what was granted before may still leave libtorrent's buffer
    held = a3.json("status")["contents"][0]["pieces_held"]
    reasons = {c["agent"]: c["reason"] for c in
               cluster.tracker.json("agents", "--content", content, "--for", "a3")["candidates"]}
    print(f"ok: the agreement ended, service stopped: {reasons[key]}")
    assert a3.json("status")["contents"][0]["pieces_held"] < a3.json("status")["contents"][0]["pieces_total"], held
    cluster.agents["cdn"].start()  # the CDN node may always serve: the download goes on by itself
    download.wait(120)
    assert a1.json("status")["sent"] == before, "a1 served on without a grant"
    print("ok: the CDN node came back and filled the rest")


def named_in_one_line(cluster, folder):
    """Wrong files and settings: exit status 1 or 2, one line that says which."""
    runner, agent = LoopbackRunner(), binaries() / "waybill-agent"
    data = folder / "wrong"
    data.mkdir()

    def refused(name, *argv, words):
        status, _, err = runner.call(None, [agent, *argv])
        assert status in (1, 2) and err.strip().count("\n") == 0, (name, status, err)
        assert any(word in err for word in words), (name, err)
        print(f"ok: {name}: {err.strip()}")

    refused("not enrolled", "run", "--data", data, words=("enroll",))
    conf = folder / "wrong.conf"
    conf.write_text("uplaod_cap = 1\n")
    refused("a setting that does not exist", "run", "--config", conf, words=("uplaod_cap",))
    refused("a configuration that is not there", "run", "--config", folder / "none.conf", words=("none.conf",))
    refused("an outbox that is no database", "run", "--data", broken(cluster, folder, "outbox.sqlite"),
            words=("outbox.sqlite",))
    refused("a library that is no database", "run", "--data", broken(cluster, folder, "library.sqlite"),
            words=("library.sqlite",))
    refused("two agents on one folder", "run", "--data", cluster.agents["a1"].data, words=("a1",))
    cdn = cluster.agents["cdn"]
    for name, path in (("a file that is not there", folder / "nothing"), ("a folder", folder)):
        try:
            cdn.cli("publish", path, "--owner", "O", "--title", "T")
            raise AssertionError(f"published {name}")
        except CommandFailed as failed:
            assert failed.status == 1 and failed.stderr.count("\n") == 0, failed
            print(f"ok: publish {name}: {failed.stderr}")


SMALL_DISK = """
get() { "$2" get "$3" -o "$1/film" --data "$4" >>"$1.out" 2>"$1.$7"; echo "$?" >"$1.$7.status"; }
mount -t tmpfs -o size=16m waybill "$1" || exit 77
get "$@" small
mount -o remount,size=64m "$1"
get "$@" filled &
until [ -e "$1.filled.status" ] || [ "$(stat -c %b "$1/film.part" 2>/dev/null || echo 0)" -ge "$6" ]; do sleep 0.1; done
dd if=/dev/zero of="$1/filler" bs=1M 2>/dev/null
wait
cmp "$1/film" "$5"
"""


def fills_a_small_disk(cluster, content, folder, film):
    """A disk that is too small: exit status 1 and a line that says so. One that others fill during the download does no
    harm, because its room was taken at the start. The disk is a small tmpfs in a mount namespace of its own."""
    runner, agent = LoopbackRunner(), binaries() / "waybill-agent"
    data, disk = folder / "small-agent", folder / "disk"
    disk.mkdir()
    status, _, err = runner.call(None, [agent, "enroll", cluster.tracker.client_link, "--data", data])
    assert status == 0, err
    status, out, err = runner.call(None, ["unshare", "--mount", "sh", "-c", SMALL_DISK, "sh", disk, agent,
                                          url_of(cluster, content), data, film, SIZE // 512], patience=240)
    if status == 77:
        print("not tested: this machine refuses mount namespaces, so no small disk could be made")
        return

    def told(name):
        return (folder / f"disk.{name}.status").read_text().strip(), (folder / f"disk.{name}").read_text().strip()

    ended, text = told("small")
    last = text.splitlines()[-1]
    assert ended == "1" and str(disk) in last and "full" in last, (ended, text)
    print(f"ok: a disk that is too small: {last}")
    assert told("filled")[0] == "0" and status == 0, (told("filled"), status, out, err)
    print("ok: a disk that others fill during the download")


def broken(cluster, folder, name):
    """The state of an enrolled agent, with one file overwritten."""
    data = folder / f"broken-{name}"
    data.mkdir()
    LoopbackRunner().call(None, [binaries() / "waybill-agent", "enroll", cluster.tracker.client_link, "--data", data])
    (data / name).write_bytes(b"this is no database " * 500)
    return data


def main():
    folder = work_folder("life")
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
        tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
        cdn = cluster.add_agent("cdn", "127.0.0.1", cdn_node=True, config={"upload_cap": "8MB/s"})
        film = make_file(folder / "film", SIZE)
        content = cdn.json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")["content"]
        for number in range(1, 4):
            cluster.add_agent(f"a{number}", f"127.0.0.{number + 1}", config={"upload_cap": "3MB/s"})
        waits_for_the_tracker(cluster, content)
        resumes_after_sigkill(cluster, content, folder, film)
        consent_and_grant(cluster, content, folder)
        fills_a_small_disk(cluster, content, folder, film)
        named_in_one_line(cluster, folder)
    print("all good")


if __name__ == "__main__":
    main()
