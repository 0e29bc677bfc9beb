"""Installs the addon with demo data, updates it, uninstalls it, and installs it again.

None of it may log an error, or a warning about the addon; and what remains
after uninstalling must be what was there before.
"""

import databases
import layout
import odoo_log
import postgres
import template_databases
from progress import Failure, say
from test_results import Results

SCHEMA = """
    SELECT 'column ' || table_name || '.' || column_name
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'constraint ' || conname FROM pg_constraint
    UNION ALL
    SELECT 'sequence ' || sequencename FROM pg_sequences
    UNION ALL
    SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function ' || proname FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace
       AND NOT EXISTS (
           SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e'
       )
"""
# Rows about the addon, by the table that holds them.
ROWS = {
    "ir_model_data": "module LIKE 'customer\\_contract%'",
    "ir_model": "model LIKE 'customer.contract%'",
    "ir_model_fields": "model LIKE 'customer.contract%'",
    "ir_attachment": "res_model LIKE 'customer.contract%'",
    "ir_config_parameter": "key LIKE 'customer\\_contract%'",
    "ir_sequence": "code LIKE 'customer.contract%'",
    "ir_ui_view": "model LIKE 'customer.contract%'",
    "mail_activity": "res_model LIKE 'customer.contract%'",
    "mail_followers": "res_model LIKE 'customer.contract%'",
    "mail_message": "model LIKE 'customer.contract%'",
}
# With activities that were done, which keep their type.
UNINSTALL = f"""
contract = env["customer.contract"].search([], limit=1)
activity = contract.activity_schedule(
    "customer_contract.mail_activity_type_sign", user_id=env.user.id
)
activity.action_done()
env.cr.commit()
env["ir.module.module"].search([("name", "=", "{layout.ADDON}")])\
.button_immediate_uninstall()
"""


def run(place, database):
    """Go through the addon's life in a database of its own."""
    names = [layout.ADDON]
    with template_databases.lock(with_demo=True):
        source = template_databases.base(place, names, with_demo=True)
        databases.create(database, source)
    try:
        before = _schema(database)
        log = layout.LOGS / "demo.log"
        results = _installs(place, names, database, log)
        if not results.failed:
            results += _updates(place, names, database)
            results += _uninstalls(place, database, before)
            results += _installs_again(place, names, database)
        return results
    finally:
        databases.drop(database)


def _installs(place, names, database, log):
    try:
        template_databases.install(place, names, database, log, with_demo=True)
    except Failure as failure:
        return _verdict("install with demo data", [str(failure)])
    return _verdict("install with demo data", [])


def _installs_again(place, names, database):
    log = layout.LOGS / "install-again.log"
    try:
        template_databases.install(place, names, database, log)
    except Failure as failure:
        return _verdict("install again", [str(failure)])
    return _verdict("install again", [])


def _updates(place, names, database):
    log = layout.LOGS / "update-check.log"
    status = place.run_odoo(database, log, f"--update={','.join(names)}")
    return _verdict("update", _complaints(status, log))


def _uninstalls(place, database, before):
    log = layout.LOGS / "uninstall.log"
    status = place.run_odoo(database, log, code=UNINSTALL)
    complaints = _complaints(status, log)
    complaints += [f"left: {what}" for what in sorted(_schema(database) - before)]
    for table, condition in ROWS.items():
        sql = f"SELECT count(*) FROM {table} WHERE {condition}"
        if (count := postgres.query(sql, database)) != "0":
            complaints.append(f"left: {count} rows in {table}")
    return _verdict("uninstall", complaints)


def _complaints(status, log):
    found = odoo_log.complaints(log)
    if status:
        output = log.with_suffix(".out").read_text(errors="replace").splitlines()
        found.append(f"ended with status {status}: {' '.join(output[-1:])}")
    return found


def _schema(database):
    return set(postgres.query(SCHEMA, database).splitlines())


def _verdict(title, complaints):
    say(f"    {title}: {'FAILED' if complaints else 'ok'}")
    for complaint in complaints:
        say(f"      {complaint}")
    return Results.of_one(not complaints)
