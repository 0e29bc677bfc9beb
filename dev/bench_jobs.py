"""What runs in the background, with all contracts of a database. Runs in Odoo's shell.

Nothing of it stays: the work of each job is undone. It must not import anything of the
developers' commands.
"""

import contextlib
import json
import statistics
import time
from pathlib import Path
from unittest.mock import patch

# How long Odoo leaves a job to go on
SECONDS = 10
VERIFIED = 30
JOBS = {
    "reminders": ("customer.contract", "_cron_remind"),
    "expiry": ("customer.contract", "_cron_expire"),
    "signed files": ("customer.contract", "_cron_finalize"),
    "substitutes": ("customer.contract.substitute", "_cron_substitute"),
    "milestones": ("customer.contract.milestone", "_cron_follow_milestones"),
    "deliveries": ("customer.contract", "_cron_join_deliveries"),
    "certificates": ("customer.contract.certificate", "_cron_announce_expiry"),
    "daily record": ("customer.contract.daily.record", "_cron_record"),
}


@contextlib.contextmanager
def _undone(env):
    """Undo what is done, commits of jobs included; none takes longer than Odoo lets it."""
    end = time.monotonic() + SECONDS
    progress = {"done": 0}

    def commit(cron, processed=0, **kwargs):
        progress["done"] += processed
        env.flush_all()
        return max(0, end - time.monotonic())

    Cron = env.registry["ir.cron"]
    with (
        patch.object(Cron, "_commit_progress", commit),
        patch.object(type(env.cr), "commit", lambda cr: None),
        patch.object(env.registry["mail.mail"], "send", lambda *args, **kwargs: None),
    ):
        try:
            yield progress
        finally:
            env.cr.rollback()
            env.invalidate_all()


def _verify(env):
    """Return how many events a second are verified, contract by contract."""
    signed = env["customer.contract"].search([("state", "=", "signed")], limit=VERIFIED)
    times, events = [], 0
    for contract in signed:
        env.invalidate_all()
        start = time.perf_counter()
        answer = contract.verify_integrity()
        times.append(time.perf_counter() - start)
        if not answer["ok"]:
            raise RuntimeError(f"{contract.name}: {answer}")
        events += len(contract.sudo().event_ids)
    return {
        "verify, one contract, ms": statistics.median(times) * 1000,
        "verify, one by one, events/s": events / sum(times),
    }


def _check_nightly(env):
    """Return how fast the nightly check is, and how long it takes for all contracts."""
    with _undone(env) as progress:
        start = time.perf_counter()
        env["customer.contract"]._cron_verify_integrity()
        spent = time.perf_counter() - start
    every = env["customer.contract"].with_context(active_test=False).search_count([])
    rate = progress["done"] / spent
    return {
        "nightly check, contracts/s": rate,
        "nightly check of all, min": every / rate / 60 if rate else float("inf"),
    }


def measure(env, path):
    """Write down what verification and each job take.

    :param env: of the shell, elevated
    :param str path: of the file to write
    """
    found = {**_verify(env), **_check_nightly(env)}
    for title, (model, method) in JOBS.items():
        with _undone(env):
            start = time.perf_counter()
            getattr(env[model].with_user(1), method)()
            found[f"job: {title}, ms"] = (time.perf_counter() - start) * 1000
    Path(path).write_text(json.dumps(found))
