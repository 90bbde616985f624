#!/usr/bin/env python3
"""A plain BitTorrent client: the libtorrent that the agents use, with its own choices and an ordinary tracker.

  plain_peer.py TORRENT FOLDER ADDRESS    prints "complete MONOTONIC_SECONDS" once the file is whole, then seeds
"""
import pathlib
import sys
import time

import libtorrent as lt

TORRENT, FOLDER, ADDRESS = sys.argv[1:]
session = lt.session({
    "listen_interfaces": f"{ADDRESS}:6881", "enable_dht": False, "enable_lsd": False, "enable_upnp": False,
    "enable_natpmp": False, "enable_incoming_utp": False, "enable_outgoing_utp": False,  # TCP, as the agents
    "allow_multiple_connections_per_ip": True, "announce_to_all_trackers": False,
    "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification})
parameters = lt.add_torrent_params()
parameters.ti = lt.torrent_info(TORRENT)
parameters.save_path = FOLDER
handle = session.add_torrent(parameters)
whole = False
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        if isinstance(alert, (lt.tracker_error_alert, lt.listen_failed_alert, lt.file_error_alert)):
            print(alert.message(), flush=True)
    if not whole and handle.status().is_seeding:
        whole = True
        print(f"complete {time.monotonic()}", flush=True)
    if not pathlib.Path(TORRENT).exists():  # the bench is over
        break
