#!/usr/bin/env python3
"""Alerts end to end: a real tracker, real receipts, a real HTTP and a real SMTP server. The tracker's wall clock is the
test's, so that quarters of an hour and days go by at once; everything else is as in life. What must hold: each thing
that is told is told at least once, under one id for ever; what fails is seen and tried again; SIGKILL loses nothing.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, free_port, make_file, work_folder  # noqa: E402
from player import Player, Traffic  # noqa: E402
from processes import wait_for  # noqa: E402
from receivers import MailReceiver, WebhookReceiver  # noqa: E402
from shifted_clock import ShiftedClock  # noqa: E402

MEGABYTE = 1 << 20
MINUTE, QUARTER, DAY = 60, 900, 86_400


class Watch:
    """The tracker, its clock, and who is told."""

    def __init__(self, cluster, clock, hook, mail):
        self.cluster, self.tracker, self.clock, self.hook, self.mail = cluster, cluster.tracker, clock, hook, mail
        # Noon of the next day: no step of the test crosses a midnight that it does not mean to.
        self.noon = (int(time.time()) // DAY + 1) * DAY + 12 * 3600

    def at(self, seconds):
        """So many seconds after that noon."""
        target = self.noon + seconds
        assert target > self.clock.now(), "the test took longer than it thinks: its steps must lie further apart"
        self.clock.go_to(target)

    def alert(self, name):
        return self.tracker.json("alert", "show", name)["alert"]

    def add(self, name, *arguments):
        self.tracker.command("alert", "add", name, *arguments)

    def deliveries(self, name, **wanted):
        rows = self.tracker.json("alert", "show", name)["deliveries"]
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]

    def evaluated(self, name, since=0):
        """Waits for an evaluation so many seconds after that noon or later. Figures are written down once a minute."""
        since = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.noon + since))
        wait_for(lambda: (self.alert(name)["evaluated"] or "") >= since, f"{name} to be evaluated")

    def restart(self, *players):
        self.tracker.process.kill9()
        self.tracker.start()
        for player in players:
            player.connect()

    def told(self, alert, kind, count=1):
        return wait_for(lambda: len(self.hook.events(alert, kind)) >= count and self.hook.events(alert, kind),
                        f"the web hook to be told that {alert} is {kind}")


def raised_and_retried(watch, traffic):
    """The web hook closes, answers 500 and 503; the mail server says "later": both get it in the end, once by id."""
    for name, *arguments in (
            ("busy", "--kind", "above", "--window", "15m", "--raise", "2MB", "--clear", "1MB", "--owner", "MovieStudio",
             "--severity", "critical"),
            ("quiet", "--kind", "below", "--window", "15m", "--raise", "500KB", "--clear", "900KB", "--to", "SP1"),
            ("surge", "--kind", "rise", "--window", "15m", "--raise", "50", "--clear", "20", "--at-least", "1MB"),
            ("slump", "--kind", "fall", "--window", "15m", "--raise", "50", "--clear", "20", "--at-least", "1MB")):
        channels = ("--channel", "hook") if name != "busy" else ()
        watch.add(name, *arguments, "--repeat", "2m", *channels)
    watch.told("quiet", "raised")  # nothing was carried in the quarter before
    watch.evaluated("slump")
    assert not watch.alert("busy")["raised"] and not watch.hook.events("busy"), "raised before there was any traffic"
    drained(watch)
    watch.hook.plan.extend(["close", 500, 503])
    watch.mail.plan.append("451 come back later")
    before = len(watch.hook.attempts)
    for _ in range(3):
        traffic.carry(MEGABYTE)

    def seen_to_fail():
        return [row for row in watch.deliveries("busy", state="pending") if row["attempts"] >= 1 and row["error"]]

    failing = wait_for(seen_to_fail, "a failed attempt to be listed")
    print(f"ok: a failed attempt is listed: {failing[0]['channel']}: {failing[0]['error']}, "
          f"next at {failing[0]['next_attempt']}")
    event = watch.told("busy", "raised")[0]
    assert event["value"] == 3 * MEGABYTE and event["severity"] == "critical" and event["episode"] == 1, event
    wait_for(lambda: len(watch.deliveries("busy", state="delivered")) == 2, "both channels to have it")
    attempts = [delivery for delivery, told in watch.hook.attempts[before:] if told["alert"] == "busy"]
    assert set(attempts) == {event["delivery"]} and len(attempts) == 4, attempts
    assert len(watch.mail.attempts) == 2 and len(watch.mail.taken) == 1, watch.mail.attempts
    assert watch.mail.attempts[0][1]["Message-ID"] == watch.mail.attempts[1][1]["Message-ID"]
    assert watch.mail.envelopes[-1] == ("waybill@example.net", ("noc@example.net", "night@example.net"))
    assert watch.mail.subjects() == ["[waybill] critical: busy"], watch.mail.subjects()
    counts = {row["channel"]: row["attempts"] for row in watch.deliveries("busy")}
    print(f"ok: raised at 3 MiB of 2 MB; attempts until it was taken: {counts}; one id each")


def killed_between_raise_and_delivery(watch, traffic, players):
    """The alert is raised while nobody can be reached, then SIGKILL: the same delivery arrives afterwards."""
    port = watch.hook.port
    watch.hook.stop()
    watch.add("near", "--kind", "nearing", "--threshold", "4MB", "--raise", "80", "--clear", "50", "--window", "day",
              "--from", "SP1", "--channel", "hook", "--repeat", "2m")
    traffic.carry(MEGABYTE // 2)
    waiting = wait_for(lambda: [row for row in watch.deliveries("near", state="pending") if row["error"]],
                       "the alert to be raised and its delivery to fail")
    assert watch.alert("near")["raised"]
    watch.restart(*players)
    taken = watch.hook.taken
    watch.hook = WebhookReceiver(watch.hook.secret, watch.clock.now, port)
    watch.hook.taken.update(taken)
    event = watch.told("near", "raised")[0]
    assert event["delivery"] == waiting[0]["delivery"], (event, waiting)
    assert event["level_words"].startswith("91."), event
    assert [e["delivery"] for e in watch.hook.events("near")] == [event["delivery"]]
    print(f"ok: killed between raise and delivery ({waiting[0]['error']}): delivered by the next run, same id; "
          f"{event['level_words']} of the threshold")


def killed_during_delivery(watch, players):
    """The receiver has the message, the tracker dies before it knows: it comes again, under the same id."""
    watch.hook.plan.append("hold")
    watch.at(4 * MINUTE)  # beyond `repeat`: reminders
    assert watch.hook.held.wait(60), "no delivery came to be held"
    first, told = watch.hook.attempts[-1]
    watch.restart(*players)
    watch.hook.release()
    watch.at(5 * MINUTE)  # the claim of the run that died is over
    wait_for(lambda: first in watch.hook.taken, "the delivery to come again")
    twice = [delivery for delivery, _ in watch.hook.attempts if delivery == first]
    assert len(twice) >= 2, watch.hook.attempts
    assert sum(e["delivery"] == first for e in watch.hook.events()) == 1
    print(f"ok: killed during delivery of '{told['alert']} {told['kind']}': it came {len(twice)} times under one id")


def acknowledged_and_silenced(watch):
    """busy is acknowledged, near silenced: neither is told any more, while quiet goes on to be reminded of."""
    watch.told("busy", "reminded")
    watch.tracker.command("alert", "acknowledge", "busy", "--by", "noc", "--why", "we are at it")
    watch.tracker.command("alert", "silence", "near", "--until", "2h", "--by", "noc", "--why", "planned works")
    assert "acknowledged by noc" in watch.alert("busy")["standing"], watch.alert("busy")
    assert "silent until" in watch.alert("near")["standing"], watch.alert("near")
    drained(watch)
    before = {name: len(watch.hook.events(name)) for name in ("busy", "near", "quiet")}
    watch.at(10 * MINUTE)
    for name in before:
        watch.evaluated(name, 10 * MINUTE)
    watch.told("quiet", "reminded", len(watch.hook.events("quiet", "reminded")) or 1)
    wait_for(lambda: len(watch.hook.events("quiet")) > before["quiet"], "the third alert's reminder")
    drained(watch)
    after = {name: len(watch.hook.events(name)) for name in before}
    assert after["busy"] == before["busy"] and after["near"] == before["near"], (before, after)
    print("ok: acknowledged and silenced ones are not told again, the third one is")


def drained(watch):
    wait_for(lambda: all(row["state"] != "pending" for row in watch.tracker.json("alert", "deliveries")["deliveries"]),
             "the outbox to be empty")


def cleared_and_rates_of_change(watch, traffic):
    """A quarter of an hour later the traffic is gone: above clears, below clears for the quarter that carried some."""
    watch.at(QUARTER + 7 * MINUTE)
    assert watch.told("busy", "cleared")[0]["value"] == 0
    assert watch.told("quiet", "cleared")[0]["value"] == 3 * MEGABYTE + MEGABYTE // 2
    assert watch.told("surge", "raised")[0]["value"] == 3 * MEGABYTE + MEGABYTE // 2
    assert watch.alert("busy").get("acknowledged") is None
    wait_for(lambda: len(watch.mail.taken) >= 3, "the mail that it cleared")
    assert any("busy" in s and "clear" in s.lower() for s in watch.mail.subjects()), watch.mail.subjects()
    assert len(watch.hook.events("near")) == len(watch.hook.events("near", "raised")) + len(
        watch.hook.events("near", "reminded"))
    watch.tracker.command("alert", "silence", "near", "--end")
    reminded = len(watch.hook.events("near", "reminded"))
    watch.told("near", "reminded", reminded + 1)
    print("ok: cleared, the acknowledgement went with it; a silence that ends tells what is true then")
    traffic.begin()
    traffic.carry(MEGABYTE)
    watch.at(2 * QUARTER + 7 * MINUTE)
    watch.told("surge", "cleared")
    event = watch.told("slump", "raised")[0]
    assert event["level_words"].startswith("71."), event  # 1 after 3.5
    print(f"ok: up and down: {event['measure']}, {event['condition']}: {event['level_words']}")


def a_day_later(watch):
    """The day is over: what was near its daily threshold is not any more. An answer for good ends a delivery."""
    watch.hook.plan.clear()
    watch.at(DAY)
    watch.told("near", "cleared")
    drained(watch)
    watch.hook.plan.append(410)
    watch.tracker.command("alert", "test", "near")
    failed = wait_for(lambda: watch.tracker.json("alert", "deliveries", "--failed")["deliveries"], "it to be listed")
    assert [row["alert"] for row in failed] == ["near"] and "410" in failed[0]["error"], failed
    listed = {row["name"]: row["standing"] for row in watch.tracker.json("alert", "list")["alerts"]}
    assert set(listed) == {"busy", "near", "quiet", "surge", "slump"} and listed["near"] == "clear", listed
    print(f"ok: the next day cleared it; refused for good is listed: {failed[0]['error']}")


def run(cluster, clock, folder):
    tracker = cluster.tracker
    tracker.init(free_port())
    tracker.start()
    tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
    tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
    cdn = cluster.add_agent("cdn", "127.0.0.1", cdn_node=True)
    film = make_file(folder / "film", 4 * MEGABYTE)
    content = cdn.json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")["content"]
    cdn.process.stop()
    secret = "a secret of this test's own"
    (folder / "secret").write_text(secret + "\n")
    hook, mail = WebhookReceiver(secret, clock.now), MailReceiver()
    watch = Watch(cluster, clock, hook, mail)
    try:
        tracker.command("alert", "channel", "add", "hook", "--url", f"http://127.0.0.1:{hook.port}/alerts",
                        "--secret-file", folder / "secret")
        tracker.command("alert", "channel", "add", "mail", "--mail-server", f"127.0.0.1:{mail.port}", "--mail-from",
                        "waybill@example.net", "--mail-to", "noc@example.net", "--mail-to", "night@example.net")
        watch.at(MINUTE)
        players = [Player(tracker, folder, "sender", [{"content": content, "pieces_held": 4, "pieces_total": 4}]),
                   Player(tracker, folder, "receiver")]
        traffic = Traffic(*players, content, clock.now)
        traffic.begin()
        raised_and_retried(watch, traffic)
        killed_between_raise_and_delivery(watch, traffic, players)
        killed_during_delivery(watch, players)
        acknowledged_and_silenced(watch)
        cleared_and_rates_of_change(watch, traffic)
        a_day_later(watch)
        assert not watch.hook.faults, watch.hook.faults
    finally:
        watch.hook.stop()
        mail.stop()
    shown = tracker.command("alert", "list") + tracker.log.read_text()
    assert secret not in shown, "the secret was shown"


def main():
    folder = work_folder("alerts")
    clock = ShiftedClock(folder)
    with Cluster(folder) as cluster:
        cluster.tracker.runner = clock
        run(cluster, clock, folder)
    print("all good")


if __name__ == "__main__":
    main()
