"""What a database keeps as evidence, read without the addon: rows and files, digested."""

import hashlib

import layout
import postgres

# Never changed once written, so every column that they had is compared.
TABLES = (
    "customer_contract_anchor",
    "customer_contract_consent",
    "customer_contract_daily_record",
    "customer_contract_dispute",
    "customer_contract_event",
    "customer_contract_paper",
    "customer_contract_paper_copy",
    "customer_contract_signature",
    "customer_contract_version",
)
# Of these, more may come with an update.
GROWING = {"customer_contract_consent"}
# What ties a contract to its evidence, and where its people are.
COLUMNS = {
    "customer_contract": (
        "name",
        "state",
        "stage_id",
        "current_version_id",
        "signed_document_id",
        "signed_document_digest",
        "trail_head",
        "trail_length",
        "verification_code",
        "copies_sent_on",
        "sign_deadline",
    ),
    "customer_contract_participant": (
        "contract_id",
        "partner_id",
        "role",
        "sequence",
        "state",
        "channel",
        "requested_on",
        "viewed_on",
        "done_on",
    ),
    "customer_contract_link": ("participant_id", "token_digest", "expires_on", "is_revoked"),
    "customer_contract_value_draft": ("participant_id", "revision"),
    "customer_contract_value_proposal": ("contract_id", "values", "state"),
}
FILES = """
    SELECT id, res_model, coalesce(res_id, 0), coalesce(store_fname, ''),
           md5(coalesce(db_datas, ''))
      FROM ir_attachment WHERE res_model LIKE 'customer.contract%' ORDER BY id
"""


class Evidence:
    """The digests of all rows and files of a database at one moment."""

    def __init__(self, database, columns=None):
        """Take the digests.

        :param str database: which
        :param dict columns: the columns to look at, by table, if not those there are
        """
        self.database = database
        self.columns = columns or {
            **{table: self._find_columns(table) for table in TABLES},
            **COLUMNS,
        }
        self.rows = {table: self._digest_rows(table) for table in self.columns}
        self.files = self._digest_files()

    def _find_columns(self, table):
        sql = (
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
            f" AND table_name = '{table}' AND column_name NOT LIKE 'write\\_%' ORDER BY 1"
        )
        return tuple(postgres.query(sql, self.database).splitlines())

    def _digest_rows(self, table):
        columns = ", ".join(f'"{column}"' for column in self.columns[table])
        sql = f"SELECT id, md5(ROW({columns})::text) FROM {table} ORDER BY id"
        lines = postgres.query(sql, self.database).splitlines()
        return dict(line.split("|") for line in lines)

    def _digest_files(self):
        """The digest of each file's bytes, wherever they are stored."""
        filestore = layout.DATA_DIR / "filestore" / self.database
        files = {}
        for line in postgres.query(FILES, self.database).splitlines():
            number, *owner, stored, in_database = line.split("|")
            path = filestore / stored
            if not stored:
                digest = in_database
            elif path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                digest = "missing"
            files[f"{number} of {':'.join(owner)}"] = digest
        return files

    def compare(self, later):
        """What is gone or different at a later moment, a line each.

        :param Evidence later: taken with the same columns
        """
        return {
            **{
                table.replace("_", " "): _compare(rows, later.rows[table], table in GROWING)
                for table, rows in self.rows.items()
            },
            "stored files": _compare(self.files, later.files),
        }


def _compare(before, after, may_grow=False):
    problems = [f"{key} is gone" for key in before if key not in after]
    problems += [
        f"{key} has changed" for key in before if after.get(key, "") not in (before[key], "")
    ]
    if not may_grow:
        problems += [f"{key} is new" for key in after if key not in before]
    return problems
