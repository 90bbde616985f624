"""A real PostgreSQL server of a test's own: made by initdb in a temporary folder, reached through a socket in it, and
ended with the test, by its process id. The server refuses to run as root; then it runs as the user postgres."""
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

from processes import PATIENCE, wait_for

PR_SET_PDEATHSIG = 1


def _programs():
    for version in (15, 16, 17, 18):
        folder = pathlib.Path(f"/usr/lib/postgresql/{version}/bin")
        if (folder / "initdb").exists():
            return folder
    raise RuntimeError("PostgreSQL is not installed: the package postgresql-15 has its server")


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class PostgresServer:
    """Use as a context; url() names an empty database of its own each time."""

    def __enter__(self):
        self.programs = _programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waybill-postgres-"))
        self.user = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.log = open(self.folder / "log", "ab")
        self.databases = 0
        self._run("initdb", "-D", self.folder / "data", "-U", "books", "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale=C")
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=",
             "-c", "unix_socket_permissions=0777"], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
            cwd=self.folder, preexec_fn=_die_with_parent, **self.user)
        wait_for(self._answers, "PostgreSQL to answer")
        return self

    def __exit__(self, *fault):
        self.process.send_signal(signal.SIGINT)  # its fast shutdown
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program, *arguments):
        return subprocess.run([str(self.programs / program), *map(str, arguments)], check=True, stdout=self.log,
                              stderr=self.log, stdin=subprocess.DEVNULL, cwd=self.folder, **self.user)

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError("PostgreSQL ended: " + (self.folder / "log").read_text(errors="replace")[-2000:])
        ask = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(ask, check=False, cwd=self.folder).returncode == 0

    def url(self):
        self.databases += 1
        name = f"books{self.databases}"
        self._run("createdb", "-h", self.folder, "-U", "books", name)
        return f"postgresql://books@/{name}?host={self.folder}"

    def dump(self, url):
        """Every row of every table, as text."""
        text = subprocess.run([str(self.programs / "pg_dump"), "--data-only", "--inserts", url], check=True,
                              capture_output=True, text=True, cwd=self.folder).stdout
        # Not what comes besides: comments, a random word, and sequences, which a rollback does not turn back.
        rows = text[text.find("INSERT INTO"):].split("\nINSERT INTO")
        return sorted(row.split(";\n\n")[0] for row in rows)
