#!/usr/bin/env python3
"""Saved reports end to end: a real tracker under the test's wall clock asks what is due, catches up in order what was
due while it was stopped, keeps failures as such; two trackers on one PostgreSQL answer each due time once.
"""
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from cluster import Cluster, CommandFailed, Tracker, free_port, make_file, work_folder  # noqa: E402
from player import Player, Traffic  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from processes import wait_for  # noqa: E402
from shifted_clock import ShiftedClock  # noqa: E402

MEGABYTE = 1 << 20
HOUR, DAY = 3600, 86_400
TODAY = int(time.time()) // DAY  # when the test began


def midnight(days):
    """UTC, so many days after today's."""
    return (TODAY + days) * DAY


def due_text(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def save(tracker, name, *words):
    """The words from `--` on are the question: --data stands before them."""
    tracker.cli("report", "save", name, "--data", tracker.data, *words)


def answers(tracker, name):
    """Earliest first."""
    return tracker.json("report", "saved", "answers", name, "--limit", "1000")["rows"][::-1]


def wait_for_answers(tracker, name, count):
    return wait_for(lambda: len(answers(tracker, name)) >= count and answers(tracker, name),
                    f"{count} answers of {name}")


def state_of(tracker, name):
    return next(row for row in tracker.json("report", "saved", "list")["rows"] if row["name"] == name)


def fires(tracker, clock, traffic):
    """Not before its delay; with the traffic of its own day."""
    clock.go_to(midnight(2) + 12 * HOUR)
    traffic.begin()
    traffic.carry(3 * MEGABYTE)
    save(tracker, "night", "--schedule", "nightly", "--", "report", "bytes", "--group-by", "owner")
    save(tracker, "early", "--schedule", "nightly", "--delay", "0", "--", "report", "files")
    clock.go_to(midnight(3) + HOUR)
    wait_for_answers(tracker, "early", 1)
    assert answers(tracker, "night") == [], "asked before late receipts had their time"
    clock.go_to(midnight(3) + 2 * HOUR)
    first = wait_for_answers(tracker, "night", 1)
    assert [row["due"] for row in first] == [due_text(midnight(3))] and first[0]["state"] == "answered", first
    shown = tracker.json("report", "saved", "show", "night")
    assert shown["acknowledged_bytes"] == 3 * MEGABYTE, shown
    assert [row["owner"] for row in shown["rows"]] == ["MovieStudio"], shown
    assert shown["question"]["since"] == due_text(midnight(2)) and shown["question"]["until"] == due_text(midnight(3))
    csv = tracker.command("report", "saved", "show", "night", "--format", "csv")
    assert csv.splitlines()[1].startswith("MovieStudio,3145728,"), csv
    print("ok: due at midnight, asked two hours later, with the day that had ended")


def catches_up(tracker, clock, traffic):
    """Stopped over two midnights, with traffic of the day before the first."""
    traffic.begin()
    traffic.carry(MEGABYTE)
    tracker.process.kill9()
    clock.go_to(midnight(5) + 3 * HOUR)
    tracker.start()
    rows = wait_for_answers(tracker, "night", 3)
    assert [row["due"] for row in rows] == [due_text(midnight(day)) for day in (3, 4, 5)], rows
    assert all(row["state"] == "answered" for row in rows), rows
    assert rows[1]["answered"] <= rows[2]["answered"], "not in order"
    amounts = [tracker.json("report", "saved", "show", "night", "--at", row["due"])["acknowledged_bytes"]
               for row in rows]
    assert amounts == [3 * MEGABYTE, MEGABYTE, 0], amounts
    print("ok: both missed nights were caught up in order, each with its own day")


def fails(tracker, clock):
    """What cannot be answered any more is kept as a failure, and holds up no other."""
    tracker.command("isp", "add", "SP9", "--prefix", "198.18.9.0/24")
    save(tracker, "gone", "--schedule", "daily 03:30", "--delay", "0", "--", "report", "bytes", "--from", "SP9")
    tracker.command("isp", "remove", "SP9")
    clock.go_to(midnight(6) + 4 * HOUR)
    row = wait_for_answers(tracker, "gone", 1)[0]
    assert row["state"] == "failed" and "SP9" in row["reason"], row
    assert state_of(tracker, "gone")["last"] == "failed"
    wait_for_answers(tracker, "night", 4)
    try:
        tracker.command("report", "saved", "show", "gone")
        raise AssertionError("a failure was shown as an answer")
    except CommandFailed as failed:
        assert failed.status == 1 and "SP9" in failed.stderr, failed
    print(f"ok: kept as failed: {row['reason']}")


def ends(tracker, clock):
    tracker.command("report", "saved", "end", "night")
    clock.go_to(midnight(7) + 4 * HOUR)
    wait_for_answers(tracker, "early", 5)
    assert len(answers(tracker, "night")) == 4, "asked after its end"
    print("ok: nothing is asked after its end, and what was answered stays")


def bounded(tracker, clock):
    """A stop of more than a hundred nights: the latest hundred, and one line that says what was left out."""
    tracker.process.kill9()
    clock.go_to(midnight(7 + 103) + 5 * HOUR)
    tracker.start()
    rows = wait_for_answers(tracker, "early", 5 + 1 + 100)
    left_out = [row for row in rows if row["state"] == "failed"]
    assert len(rows) == 106 and [row["due"] for row in left_out] == [due_text(midnight(8))], left_out
    assert left_out[0]["reason"].startswith("3 due times up to " + due_text(midnight(10))), left_out
    assert "3 due times up to" in tracker.log.read_text(), "not in the log"
    print(f"ok: {left_out[0]['reason']}")


def alone(folder):
    clock = ShiftedClock(folder)
    with Cluster(folder) as cluster:
        tracker = cluster.tracker
        tracker.runner = clock
        tracker.init(free_port())
        tracker.start()
        tracker.command("isp", "add", "SP1", "--prefix", "127.0.0.0/8", "--timezone", "UTC")
        tracker.command("agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "0.02", "--currency", "EUR")
        cdn = cluster.add_agent("cdn", "127.0.0.1", cdn_node=True)
        film = make_file(folder / "film", 4 * MEGABYTE)
        content = cdn.json("publish", film, "--owner", "MovieStudio", "--title", "RobinHood")["content"]
        cdn.process.stop()
        players = [Player(tracker, folder, "sender", [{"content": content, "pieces_held": 4, "pieces_total": 4}]),
                   Player(tracker, folder, "receiver")]
        traffic = Traffic(*players, content, clock.now)
        fires(tracker, clock, traffic)
        catches_up(tracker, clock, traffic)
        fails(tracker, clock)
        ends(tracker, clock)
        bounded(tracker, clock)


def answered_lines(tracker):
    """Of each due time that this tracker answered, from its log."""
    return [line.split("due=")[1].split()[0] for line in tracker.log.read_text().splitlines()
            if "name=shared " in line and line.endswith(" answered")]


def together(folder):
    """Both are started behind nine due times: each is answered by one of them, and no more than once."""
    clock = ShiftedClock(folder)
    with PostgresServer() as server:
        first, second = Tracker(folder / "first", runner=clock), Tracker(folder / "second", runner=clock)
        first.init(free_port(), "--store", server.url())
        shutil.copytree(first.data, second.data)
        conf = second.data / "tracker.conf"
        second.port = free_port()
        conf.write_text(conf.read_text().replace(f":{first.port}", f":{second.port}"))
        clock.go_to(midnight(2) + HOUR)
        save(first, "shared", "--schedule", "nightly", "--delay", "0", "--", "report", "matrix")
        try:
            clock.go_to(midnight(11) + HOUR)
            first.start()
            second.start()
            wait_for_answers(first, "shared", 9)
            clock.go_to(midnight(12) + HOUR)
            rows = wait_for_answers(second, "shared", 10)
        finally:
            for tracker in (first, second):
                if tracker.process:
                    assert tracker.process.stop() == 0, tracker.log.read_text()[-2000:]
        wanted = [due_text(midnight(day)) for day in range(3, 13)]
        assert [row["due"] for row in rows] == wanted, rows
        assert all(row["state"] == "answered" for row in rows), rows
        said = answered_lines(first) + answered_lines(second)
        assert sorted(said) == wanted, said
        print(f"ok: two trackers answered each of {len(wanted)} due times once "
              f"({len(answered_lines(first))} and {len(answered_lines(second))})")


def main():
    folder = work_folder("saved-reports")
    (folder / "alone").mkdir()
    alone(folder / "alone")
    (folder / "together").mkdir()
    together(folder / "together")
    print("all good")


if __name__ == "__main__":
    try:
        main()
    except CommandFailed as failed:
        sys.exit(str(failed))
