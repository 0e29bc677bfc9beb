"""What the addon costs a server that does nothing with it: start, memory, pages' weight."""

import re
import statistics
import time
from pathlib import Path

import layout
import requests
import template_databases
from serving import serve

STARTS = 3
ASSETS = re.compile(r'(?:href|src)="(/web/assets/[^"]+)"')
STATUS = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB", re.M)


def find_memory(database):
    """Return the memory of the server of a database: now and at most, in MB.

    :rtype: dict
    """
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if f"--database={database}".encode() in words:
                found = STATUS.findall((folder / "status").read_text())
                return {name: int(size) / 1024 for name, size in found}
        except (OSError, ValueError):
            continue  # no process, or one that has ended
    return {}


def measure(place, addons):
    """Return pairs of figures, without the addon and with it.

    :param place: the workplace
    :param list addons: those that are installed
    :rtype: dict
    """
    names = template_databases.base(place, addons), template_databases.installed(place, addons)
    starts = {name: [] for name in names}
    for _number in range(STARTS):
        for name in names:
            start = time.perf_counter()
            place.must_run_odoo(name, layout.LOGS / "start.log", "--max-cron-threads=0")
            starts[name].append((time.perf_counter() - start) * 1000)
    found = {"start of Odoo, ms": [statistics.median(starts[name]) for name in names]}
    for name in names:
        log = layout.LOGS / "weight.log"
        with serve(place, name, log, "--max-cron-threads=0") as (address, _mails):
            page = requests.get(f"{address}/web/login").text
            kinds = {"scripts": 0, "styles": 0}
            for asset in sorted(set(ASSETS.findall(page))):
                kind = "styles" if asset.endswith(".css") else "scripts"
                kinds[kind] += len(requests.get(address + asset).content) / 1000
            found.setdefault("memory of a worker, MB", []).append(find_memory(name)["VmRSS"])
            for kind, size in kinds.items():
                found.setdefault(f"{kind} of a portal page, kB", []).append(size)
    return found
