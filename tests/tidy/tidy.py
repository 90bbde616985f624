#!/usr/bin/env python3
"""The house rules as a test: prints every breach as FILE:LINE: rule, and exits 1 if there is one.

Checked: file and function length, line width, include direction (agent -> common <- tracker), heavy library headers
kept out of our headers, file names, README in each folder, words that say something is unfinished, paths of a machine,
format by .clang-format (where clang-format is installed).
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 70
MAX_LINE_WIDTH = 120
CODE = {".cpp", ".h", ".py", ".sh"}
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|manager|misc|common)(_|\.|$)")
# A header that includes one of these may itself be included only by .cpp files and headers of its own folder.
HEAVY = re.compile(
    r'#include [<"](boost/|libtorrent/|SQLiteCpp/|sqlite3\.h|spdlog/|nlohmann/json\.hpp|CLI/|openssl/|date/)')
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b")
# The names are joined here so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", r"/\.lib" + "rary", "/fa" + "rm/"]))

breaches = []


def breach(path, line, text):
    breaches.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def tracked_files():
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                             capture_output=True, text=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and "build" not in p.relative_to(ROOT).parts]


def blank_comments_and_strings(text):
    """The same text with comments and literals blanked, line breaks kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    # A digit separator (1'000) is not a character literal.
    return pattern.sub(blank, re.sub(r"(?<=\d)'(?=\d)", " ", text))


def function_lengths(text):
    """Yields (first line, length) of each function body at namespace or class level."""
    scopes = []  # "outer" for namespaces and classes, otherwise the line where a function's body began
    line = 1
    head = ""
    for char in blank_comments_and_strings(text):
        if char == "\n":
            line += 1
        if char == "{":
            in_function = any(scope != "outer" for scope in scopes)
            is_outer = re.search(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$", head) is not None
            scopes.append("outer" if is_outer and not in_function else line)
            head = ""
        elif char == "}":
            if scopes:
                start = scopes.pop()
                if start != "outer" and all(scope == "outer" for scope in scopes):
                    yield start, line - start + 1
            head = ""
        elif char == ";":
            head = ""
        else:
            head += char


def check_includes(path, lines):
    side = path.relative_to(ROOT).parts[0]
    for number, line in enumerate(lines, 1):
        if side == "common" and re.match(r'#include "(agent|tracker)/', line):
            breach(path, number, "common/ includes neither agent/ nor tracker/")
        if side == "agent" and line.startswith('#include "tracker/'):
            breach(path, number, "agent/ never includes tracker/")
        if side == "tracker" and line.startswith('#include "agent/'):
            breach(path, number, "tracker/ never includes agent/")
        if side == "tracker" and re.match(r'#include "tracker/store/sqlite', line):
            if path.parent.name not in ("store", "sqlite", "cli"):
                breach(path, number, "only the app's wiring sees a concrete engine")


def check_heavy_headers(files):
    heavy = {}
    for path in files:
        if path.suffix == ".h" and path.relative_to(ROOT).parts[0] in ("common", "agent", "tracker"):
            if HEAVY.search(path.read_text()):
                heavy[str(path.relative_to(ROOT))] = path
    for path in files:
        if path.suffix != ".h":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "([^"]+)"', line)
            if match and match.group(1) in heavy and heavy[match.group(1)].parent != path.parent:
                breach(path, number, f"includes {match.group(1)}, which pulls a heavy library's header into ours")


def check_code(path):
    text = path.read_text()
    lines = text.splitlines()
    if len(lines) > MAX_FILE_LINES:
        breach(path, len(lines), f"file has {len(lines)} lines, more than {MAX_FILE_LINES}")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_WIDTH:
            breach(path, number, f"line is {len(line)} wide, more than {MAX_LINE_WIDTH}")
        if path != pathlib.Path(__file__).resolve() and UNFINISHED.search(line):
            breach(path, number, "a word that says something is unfinished")
    if path.suffix in (".cpp", ".h"):
        check_includes(path, lines)
        for start, length in function_lengths(text):
            if length > MAX_FUNCTION_LINES:
                breach(path, start, f"function has {length} lines, more than {MAX_FUNCTION_LINES}")
    if BANNED_NAMES.search(path.name) or path.name == "common.h":
        breach(path, 1, "a file is named by the full noun of what is in it")


def check_readmes(files):
    folders = {}
    for path in files:
        parts = path.relative_to(ROOT).parts
        if path.suffix in (".cpp", ".h") and parts[0] in ("common", "agent", "tracker"):
            folders.setdefault(path.parent, []).append(path)
    for folder, members in sorted(folders.items()):
        if len(members) > 3 and not (folder / "README.md").exists():
            breach(folder, 1, "a folder of more than a few files has a README.md")


def check_format(files):
    tool = shutil.which("clang-format")
    if tool is None:
        print("tidy: clang-format is not installed; format not checked")
        return
    sources = [str(path) for path in files if path.suffix in (".cpp", ".h")]
    run = subprocess.run([tool, "--dry-run", *sources], capture_output=True, text=True, cwd=ROOT, check=False)
    for name in sorted({line.split(":")[0] for line in run.stderr.splitlines() if "-Wclang-format" in line}):
        breach(pathlib.Path(name), 1, "not formatted by .clang-format")


def main():
    files = tracked_files()
    for path in files:
        if path.suffix in CODE:
            check_code(path)
        if path.suffix in CODE | {".md", ".txt", ".conf", ".json", ".service"}:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if MACHINE_PATHS.search(line):
                    breach(path, number, "a path of one machine")
    check_heavy_headers(files)
    check_readmes(files)
    check_format(files)
    for line in breaches:
        print(line)
    print(f"tidy: {len(files)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
