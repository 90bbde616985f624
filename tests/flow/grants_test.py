#!/usr/bin/env python3
"""What was agreed decides who serves, with real processes: a grant that leaves out a class of content, weekdays on
which nothing is granted, a rate cap; and an owner that has only its listed customers served once its threshold is
crossed, over a restart of the tracker too.
"""
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, free_port, make_file, work_folder  # noqa: E402
from processes import wait_for  # noqa: E402

SIZE = 6_000_000


def url_of(cluster, content):
    return f"https://{cluster.tracker.address}:{cluster.tracker.port}/content/{content}"


def agree(cluster, document):
    cluster.tracker.command("agreement", "add", "--terms", json.dumps(document))


def add_isp(cluster, number, **grant):
    name = f"SP{number}"
    cluster.tracker.command("isp", "add", name, "--prefix", f"127.1{number}.0.0/16")
    agree(cluster, {"format": "waybill isp agreement 1", "isp": name, "timezone": "UTC",
                    "from": "2026-01-01T00:00:00Z", "grant": grant,
                    "tariff": {"kind": "volume", "currency": "EUR",
                               "tiers": [{"from": 0, "on_net": "0.02", "off_net": "0.03"}]}})


def another_day():
    """Neither today nor tomorrow, whenever midnight is."""
    today = datetime.datetime.now(datetime.timezone.utc).weekday()
    return ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][(today + 3) % 7]


def key_of(cluster, name):
    return cluster.agents[name].json("status")["agent"]


def grants(cluster, content, day, folder):
    """Whoever holds the film, a2 gets it from those whose ISP grants this film now."""
    rows = cluster.tracker.json("agents", "--content", content, "--for", "a2")["candidates"]
    reasons = {row["agent"]: row["reason"] for row in rows}
    expected = {"a1": "same ISP",
                "b": "not chosen: the grant of ISP SP2 leaves out file content of MovieStudio",
                "c": f"not chosen: ISP SP3 grants {day} 08:00-20:00 only",
                "d": "ISP SP4 grants it"}
    for name, text in expected.items():
        assert reasons[key_of(cluster, name)] == text, (name, reasons)
    cluster.agents["a2"].get(url_of(cluster, content), folder / "a2.out").wait(120)
    senders = {t["sender"] for t in cluster.tracker.json("transfers")["transfers"]}
    assert not senders & {key_of(cluster, "b"), key_of(cluster, "c")}, "somebody served whose ISP does not grant it"
    print(f"ok: who may not serve, and why: {expected['b']}; {expected['c']}")

    capped = cluster.tracker.json("policy", "why")["policies"]
    assert [row["limit"] for row in capped] == [2_000_000], capped
    assert "out of the uplinks of SP4" in capped[0]["limits"], capped
    listed = cluster.tracker.json("agreement", "list", "--isp", "SP4")["agreements"]
    assert listed[-1]["narrowed"] == "2000000 bytes a second", listed[-1]
    print(f"ok: {capped[0]['limits']}")


def owner_choice(cluster, content, folder):
    """Beyond a threshold that the downloads so far crossed, a4 alone is served."""
    listed = key_of(cluster, "a4")
    contract = {"format": "waybill owner contract 1", "owner": "MovieStudio", "timezone": "UTC",
                "from": "2026-01-01T00:00:00Z", "currency": "EUR", "flat_fee": "100", "threshold": SIZE,
                "beyond_per_gb": "0.05", "on_near": "carry_on", "on_crossing": "listed_customers_only",
                "listed": [listed]}
    used = sum(t["acknowledged_bytes"] for t in cluster.tracker.json("transfers")["transfers"])
    assert used > SIZE, used
    agree(cluster, contract)

    def refused(name, output):
        download = cluster.agents[name].get(url_of(cluster, content), output)
        wait_for(lambda: "only its listed customers are served" in download.process.output(),
                 f"{name} to be told why it is not served")
        download.process.stop()
        assert cluster.agents[name].json("status")["contents"][0]["pieces_held"] == 0
    refused("a3", folder / "a3.out")
    cluster.tracker.process.stop()
    cluster.tracker.start()
    wait_for(lambda: cluster.agents["a3"].connected() and cluster.agents["a4"].connected(), "the agents to be back")
    refused("a3", folder / "a3.out")
    cluster.agents["a4"].get(url_of(cluster, content), folder / "a4.out").wait(120)
    assert "stage=beyond" in cluster.tracker.log.read_text()
    print("ok: beyond its threshold the owner's listed customer is served and nobody else, after a restart too")


def main():
    folder = work_folder("grants")
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.init(free_port())
        tracker.start()
        day = another_day()
        add_isp(cluster, 1, kind="always")
        add_isp(cluster, 2, kind="always", classes=["live"])
        add_isp(cluster, 3, kind="hours", hours=[{"days": [day], "hours": "08:00-20:00"}])
        add_isp(cluster, 4, kind="always", rate_cap=2_000_000)
        tracker.command("isp", "add", "CDN", "--prefix", "127.19.0.0/16")
        cluster.add_agent("cdn", "127.19.0.1", cdn_node=True)
        for number in range(1, 5):
            cluster.add_agent(f"a{number}", f"127.11.0.{number}")
        film = make_file(folder / "film.mp4", SIZE)
        published = cluster.agents["cdn"].json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")
        content = published["content"]
        for name, isp in (("b", 2), ("c", 3), ("d", 4)):
            cluster.add_agent(name, f"127.1{isp}.0.9")
        for name in ("a1", "b", "c", "d"):
            cluster.agents[name].get(url_of(cluster, content), folder / f"{name}.out").wait(120)
            assert (folder / f"{name}.out").read_bytes() == film.read_bytes()
        grants(cluster, content, day, folder)
        owner_choice(cluster, content, folder)


if __name__ == "__main__":
    try:
        main()
    except CommandFailed as failed:
        sys.exit(str(failed))
