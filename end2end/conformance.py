"""Runs one of the public SCIM suites against a server and prints what it found, as JSON.

Usage: conformance.py scim2-tester|scim-sanity, with SCIM_URL (the SCIM base URL) and SCIM_TOKEN.
"""

import json
import os
import sys

URL = os.environ["SCIM_URL"]
TOKEN = os.environ["SCIM_TOKEN"]


def finding(name: str, outcome: str, rule: str, expected: str, got: str) -> dict[str, str]:
    """One check as `cargo xtask conformance` reads it."""
    return {"name": name, "outcome": outcome, "rule": rule, "expected": expected, "got": got}


def scim2_tester() -> list[dict[str, str]]:
    """A deviation from a SHOULD fails like an error; what the RFCs allow passes."""
    from httpx2 import Client
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    outcomes = {
        Status.SUCCESS: "passed",
        Status.COMPLIANT: "passed",
        Status.ACCEPTABLE: "passed",
        Status.SKIPPED: "skipped",
    }
    with Client(base_url=URL, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        results = check_server(SyncSCIMClient(client))
    return [
        finding(
            " ".join(filter(None, (r.title, r.resource_type))),
            outcomes.get(r.status, "failed"),
            " ".join((r.description or "").split()),
            "success",
            str(r.reason) if r.status == Status.SKIPPED else f"{r.status.name.lower()}: {r.reason}",
        )
        for r in results
    ]


def scim_sanity() -> list[dict[str, str]]:
    """Strict: every deviation is a failure, and so is a warning."""
    from scim_sanity.probe.runner import run_probe_api

    outcomes = {"pass": "passed", "skip": "skipped"}
    report = run_probe_api(URL, token=TOKEN, strict=True)
    return [
        finding(r["name"], outcomes.get(r["status"].lower(), "failed"), r["phase"], "pass", r.get("message") or r["status"])
        for r in report["results"]
    ]


SUITES = {"scim2-tester": scim2_tester, "scim-sanity": scim_sanity}

if __name__ == "__main__":
    json.dump(SUITES[sys.argv[1]](), sys.stdout)
