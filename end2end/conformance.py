"""Runs scim2-tester against the real binary, on SQLite and on Postgres. Any error fails the run.

Takes POSTERN_BIN (the binary) and POSTERN_TEST_POSTGRES (a superuser's URL on a throw-away cluster).
"""

import os
import re
import subprocess
import sys
import tempfile

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

BINARY = os.environ["POSTERN_BIN"]


def postern(url: str, *arguments: str) -> str:
    """Runs a command of the binary and gives what it prints."""
    command = [BINARY, "--database-url", url, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def check(name: str, url: str) -> bool:
    """Checks a fresh server on the database and says how it went."""
    postern(url, "scim", "enable")
    token = postern(url, "token", "create", "--name", "scim2-tester")
    command = [BINARY, "--database-url", url, "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            address = next(m[0] for line in server.stdout if (m := re.search(r"http://\S+", line)))
            headers = {"Authorization": f"Bearer {token}"}
            with Client(base_url=f"{address}/scim/v2", headers=headers) as client:
                results = check_server(SyncSCIMClient(client))
        finally:
            server.terminate()
    counts = {status: sum(r.status == status for r in results) for status in Status}
    print(f"{name}: " + ", ".join(f"{count} {status.name.lower()}" for status, count in counts.items() if count))
    bad = [r for r in results if r.status in (Status.ERROR, Status.CRITICAL, Status.DEVIATION)]
    for result in bad:
        print(f"  {result.status.name} {result.title}: {result.reason}")
    return bool(results) and counts[Status.SUCCESS] > 0 and not bad


def main() -> int:
    """Checks both databases."""
    cluster = os.environ["POSTERN_TEST_POSTGRES"]
    database = "postern_conformance"
    for statement in (f"DROP DATABASE IF EXISTS {database}", f"CREATE DATABASE {database}"):
        subprocess.run(["psql", "-q", "-d", cluster, "-c", statement], check=True)
    before, _, options = cluster.partition("?")
    postgres = before.rsplit("/", 1)[0] + f"/{database}" + (f"?{options}" if options else "")
    with tempfile.TemporaryDirectory() as folder:
        good = [check("SQLite", f"sqlite://{folder}/postern.db"), check("Postgres", postgres)]
    subprocess.run(["psql", "-q", "-d", cluster, "-c", f"DROP DATABASE {database}"], check=True)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
