"""``make bench``: this addon beside Odoo's own quotation signing, on one server in one run.

Both have the same numbers of records and customers, are asked the same in turns, A B A B,
and what counts is how they compare: medians of the same minutes, queries, and how the time
grows from 100 records to many. ``CHECK=1`` fails where a bound is missed, or where the plan
of a frequent query goes through a big table. ``N=`` is how many records, ``ROUNDS=`` how
often each is asked, ``PLOT=`` where to draw it.
"""

import json
import math
import os
import statistics
import sys
from pathlib import Path

import addon_mirror
import bench_cases
import bench_data
import bench_plans
import bench_plot
import bench_server
import environment
import layout
from progress import main, say, step
from serving import serve

FEW = 100
# How fast many contracts are verified at least: all of them in a quarter of an hour
LEAST = {"verify, one by one, events/s": 1_000, "nightly check, contracts/s": 100_000 / 15 / 60}


def _measure(place, count, rounds):
    """Return the cases, what each took on both sides, and the memory of the server."""
    name = bench_data.ensure(place, count)
    log = layout.LOGS / f"bench-{count}.log"
    with serve(place, name, log, "--max-cron-threads=0", "--log-level=info") as (address, _mails):
        reading, acting = bench_cases.prepare(address, log)
        results = {}
        # Acts change what lists show: they come after all that only reads.
        for cases in (reading, acting):
            with step(f"Asking {name}"):
                _ask(cases, rounds if cases is reading else max(3, rounds // 3), results)
        memory = bench_server.find_memory(name)
    return reading + acting, results, memory


def _ask(cases, rounds, results):
    """Ask both sides in turns; note the medians."""
    figures = {case.title: ([], []) for case in cases}
    for number in range(rounds + 1):
        for case in cases:
            if number % case.every:
                continue
            pair = case.ours(), case.peer() if case.peer else None
            # the first round fills caches
            if number or case.every > rounds:
                for found, figure in zip(figures[case.title], pair, strict=True):
                    found.append(figure)
    for title, sides in figures.items():
        results[title] = [
            [statistics.median(column) for column in zip(*side, strict=True)]
            if side and side[0]
            else None
            for side in sides
        ]


def _tell(cases, few, many, count):
    """Print the table; return what is beyond its bounds, and each ratio with its bound."""
    missed, ratios = [], []
    head = f"{'':26}{'ours':>9}{'Odoo':>9}{'ratio':>8}{'queries':>10}{'kB':>9}{'growth':>8}"
    say(f"\n{count} contracts and quotations; medians in ms\n\n{head}")
    for case in cases:
        ours, peer = many[case.title]
        if not ours:
            continue
        before = few[case.title][0]
        growth = math.log(ours[0] / before[0]) / math.log(count / FEW) if before else 0
        ratio = ours[0] / peer[0] if peer else None
        both = peer or (None, None, None)
        say(
            f"{case.title:26}{ours[0]:9.1f}{_show(both[0], '.1f'):>9}{_show(ratio, '.2f'):>8}"
            f"{f'{ours[1]:.0f}/{_show(both[1])}':>10}"
            f"{f'{ours[2] / 1000:.0f}/{_show(peer and peer[2] / 1000)}':>9}"
            f"{growth:8.2f}"
        )
        if ratio:
            ratios.append((case.title, ratio, case.ratio))
        if ratio and ratio > case.ratio:
            missed.append(f"{case.title}: {ratio:.2f} times Odoo's, not {case.ratio}")
        if growth > case.growth:
            missed.append(f"{case.title}: grows with N to the {growth:.2f}, not {case.growth}")
    return missed, ratios


def _show(number, form=".0f"):
    return "-" if number is None else f"{number:{form}}"


def _tell_jobs(place, count):
    """Print what the background takes; return what is beyond its bounds."""
    name = bench_data.ensure(place, count)
    path = layout.LOGS / f"{name}-jobs.json"
    code = bench_data.FILL.format(
        folder=str(layout.COMMANDS), module="bench_jobs", act="measure", argument=repr(str(path))
    )
    with step("Running each job"):
        place.must_run_odoo(name, layout.LOGS / f"{name}.log", code=code)
    figures = json.loads(path.read_text())
    say(f"\nIn the background, with {count} contracts\n")
    for title, figure in figures.items():
        say(f"{title:40}{figure:12.1f}")
    return [
        f"{title}: {figures[title]:.0f}, not {least:.0f}"
        for title, least in LEAST.items()
        if figures[title] < least
    ]


def _tell_server(place, memory):
    """Print what the addon costs a server."""
    with step("Starting Odoo without the addon, and with it"):
        found = bench_server.measure(place, bench_data.ADDONS)
    say(f"\n{'':34}{'without':>10}{'with':>10}")
    for title, (without, with_addon) in found.items():
        say(f"{title:34}{without:10.0f}{with_addon:10.0f}")
    say(f"{'after all of the above, MB':34}{'':10}{memory.get('VmRSS', 0):10.0f}")
    say(f"{'at most, MB':34}{'':10}{memory.get('VmHWM', 0):10.0f}")


def _main():
    count = int(os.environ.get("N") or 10_000)
    rounds = int(os.environ.get("ROUNDS") or 11)
    place = environment.prepare(layout.ADDONS)
    addon_mirror.mirror(layout.ADDONS)
    _cases, few, _memory = _measure(place, FEW, rounds)
    cases, many, memory = _measure(place, count, rounds)
    missed, ratios = _tell(cases, few, many, count)
    missed += _tell_jobs(place, count)
    _tell_server(place, memory)
    plans, scans = bench_plans.find_scans(place, bench_data.ensure(place, count))
    say(f"\n{plans} plans, {len(scans)} of them through a big table")
    if target := os.environ.get("PLOT"):
        title = f"{count:,} contracts beside as many quotations"
        Path(target).write_text(bench_plot.draw(ratios, title))
    missed += scans
    if not missed:
        return 0
    say("\nBeyond the bounds:\n" + "".join(f"  {line}\n" for line in missed))
    return 1 if os.environ.get("CHECK") else 0


if __name__ == "__main__":
    sys.path.insert(0, str(layout.COMMANDS))
    main(_main)
