"""``make update-check``: what a database of an earlier release is like after an update.

For each release (``FROM=`` a commit, else those in ``releases.txt``): a database in
which contracts are in every state is updated to the addon as it is here. Nothing that
was frozen, signed or logged may differ afterwards, and every request goes on.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import addon_mirror
import databases
import environment
import layout
import odoo_log
import postgres
import releases
import template_databases
import update_languages
from progress import main, say
from serving import serve
from test_results import Results
from update_evidence import Evidence
from update_journeys import Journeys
from update_visitors import Refused

VERIFIER = layout.ROOT / "tools" / "verify.py"
# With it, the release's demo company gets a certificate, and its contracts seals.
PASSPHRASE = {"CUSTOMER_CONTRACT_SEAL_PASSPHRASE": "a passphrase for checking updates"}
# A device that was handed over is to be used within minutes; a database that waits as a
# template is no reason to miss them.
PROLONG = "UPDATE customer_contract_in_person SET expires_on = now() at time zone 'utc' + '1 hour'"

TEMPLATES = """
    SELECT data.name, template.template_fs,
           md5(coalesce(template.subject->>'en_US', '')), md5(template.body_html->>'en_US')
      FROM mail_template template
      JOIN ir_model_data data ON data.model = 'mail.template' AND data.res_id = template.id
     WHERE data.module = 'customer_contract'
"""

# People act, and run jobs, one after the other.
NO_JOBS = "--max-cron-threads=0"


class Check:
    """The update from one release."""

    def __init__(self, place, release):
        self.place = place
        self.release = release
        self.database = f"{layout.ADDON}_test_{os.getpid()}"
        self.log = layout.LOGS / f"update-from-{release.short}.log"
        self.facts = release.facts
        self.results = Results()

    def run(self):
        """Go through all checks; return how many passed."""
        databases.create(self.database, self.release.database)
        try:
            update_languages.speak(self.release.place, self.database)
            before = Evidence(self.database)
            if self._updates():
                self._compares(before)
                self._reads_mails()
                self._still_speaks()
                self._reads_old_bundles()
                postgres.query(PROLONG, self.database)
                with serve(self.place, self.database, self.log, NO_JOBS) as (address, mails):
                    journeys = Journeys(address, self.database, mails, self.facts)
                    self._answers(journeys)
                    self._opens_links(journeys)
                    self._goes_on(journeys)
                self._report("no error while going on", odoo_log.complaints(self.log))
        finally:
            databases.drop(self.database)
        return self.results

    # === CHECKS === #

    def _updates(self):
        status = self.place.run_odoo(self.database, self.log, f"--update={layout.ADDON}")
        complaints = odoo_log.complaints(self.log)
        if status:
            complaints.append(f"Odoo ended with status {status}, see {self.log}")
        return self._report("update", complaints)

    def _compares(self, before):
        """Rows and files are what they were."""
        for title, problems in before.compare(Evidence(self.database, before.columns)).items():
            self._report(f"unchanged: {title}", problems)
        rows = postgres.query(
            "SELECT id, field_name, access FROM customer_contract_field_rule", self.database
        )
        rules = {tuple(line.split("|")) for line in rows.splitlines()}
        self._report(
            "field rules are there",
            [
                f"{rule['field_name']}: {rule['access']}"
                for rule in self.facts["rules"]
                if (str(rule["id"]), rule["field_name"], rule["access"]) not in rules
            ],
        )

    def _reads_mails(self):
        """Mail templates that nobody has edited say what those of a new installation say."""
        fresh = template_databases.installed(self.place, [layout.ADDON])
        ours, theirs = (
            set(postgres.query(TEMPLATES, database).splitlines())
            for database in (self.database, fresh)
        )
        missing = sorted(line.split("|")[0] for line in theirs - ours)
        self._report("mail templates are those of a new installation", missing)

    def _still_speaks(self):
        """Views have the texts of a fresh installation, in each language."""
        fresh = update_languages.read_fresh(self.place)
        updated = update_languages.read(self.database)
        counts = ", ".join(f"{number} {code}" for code, number in updated[1].items())
        self._report(f"views are translated: {counts}", update_languages.compare(updated, fresh))

    def _reads_old_bundles(self):
        """The script that stands alone reads what was exported before."""
        for bundle in sorted(self.release.bundles.iterdir(), key=lambda file: int(file.stem)):
            command = [sys.executable, "-I", str(VERIFIER), str(bundle)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            problems = [line for line in done.stdout.splitlines() if not line.startswith("ok")]
            self._report(
                f"bundle of contract {bundle.stem} is intact", problems if done.returncode else []
            )

    def _answers(self, journeys):
        """Every contract verifies with the same answer."""
        before = self.facts["answers"]
        after = journeys.verify(int(number) for number in before)
        for number, answer in sorted(before.items(), key=lambda item: int(item[0])):
            problems = _compare_answers(answer, after[int(number)])
            self._report(f"{journeys.name(int(number))} verifies as before", problems)

    def _opens_links(self, journeys):
        """The personal links that were issued before lead to their contracts."""
        links = sorted(self.facts["links"].items(), key=lambda item: int(item[0]))
        for participant, address in links:
            _visitor, page = journeys.open_link(address)
            is_open = page.status == 200 and "/my/contracts/" in page.path
            problems = [] if is_open else [f"status {page.status} at {page.path}"]
            self._report(f"link of participant {participant} opens", problems)

    def _goes_on(self, journeys):
        """Everything under way is signed in the end, and proves it."""
        for contract_id in journeys.find_running():
            try:
                problems, done = [], journeys.finish(contract_id)
            except Refused as refusal:
                problems, done = [str(refusal)], ["it does not"]
            self._report(f"{journeys.name(contract_id)} goes on: {', '.join(done)}", problems)
        journeys.finalize()
        signed = journeys.find_signed()
        for contract_id, answer in journeys.verify(signed).items():
            problems = [check for check in answer["checks"] if not check["ok"]]
            if not answer["ok"] and not problems:
                problems = [answer]
            self._report(f"{journeys.name(contract_id)} is signed and verifies", problems)
        with tempfile.TemporaryDirectory() as folder:
            for contract_id in signed:
                bundle = Path(folder, "bundle.zip")
                bundle.write_bytes(journeys.export_bundle(contract_id))
                problems = _read_bundle(bundle)
                self._report(f"{journeys.name(contract_id)} has an intact bundle", problems)

    # === HELPERS === #

    def _report(self, title, problems):
        say(f"    {title}: {'FAILED' if problems else 'ok'}")
        for problem in problems:
            say(f"      {problem}")
        self.results += Results.of_one(not problems)
        return not problems


def run(place, commits=()):
    """Check the update from each release; return what was found."""
    results = Results()
    place.variables.update(PASSPHRASE)
    for commit in commits or releases.listed():
        release = releases.Release(place, commit)
        release.prepare()
        start = time.monotonic()
        say(f"==> From release {release.short}")
        results += Check(place, release).run()
        say(f"    took {time.monotonic() - start:.0f} s")
    return results


def _compare_answers(before, after):
    """What a contract's check says differently; checks may have been added since."""
    problems = []
    if any(before[key] != after.get(key) for key in ("ok", "state") if key in before):
        problems.append(f"was {before}, is {after}")
    now = {check["name"]: check for check in after["checks"]}
    for check in before["checks"]:
        same = now.get(check["name"], {})
        if any(check[key] != same.get(key) for key in ("ok", "state") if key in check):
            problems.append(f"was {check}, is {same}")
    return problems


def _read_bundle(bundle):
    """What the script that stands alone finds wrong in a bundle."""
    command = [sys.executable, "-I", str(VERIFIER), str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.returncode:
        return []
    return [line for line in done.stdout.splitlines() if not line.startswith("ok")] or [done.stderr]


def _main():
    workspace = layout.MADE / "runs" / str(os.getpid())
    try:
        place = environment.prepare(workspace / "addons")
        addon_mirror.mirror(place.addons)
        results = run(place, sys.argv[1:])
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    say(f"\n{results}")
    return 0 if results.good else 1


if __name__ == "__main__":
    main(_main)
