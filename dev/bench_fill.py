"""Fills a database with contracts by the thousand. Runs in Odoo's shell.

A few contracts are made by the addon itself, from draft to signed file. The others are
their copies, row by row, with other ids, names, titles and codes, and every digest over
them computed anew: trail, signatures, files and the evidence inside the files are as
genuine as those of the originals, whatever the addon puts under its digests, since what
it hashes is listened to while the originals are made. Names, numbers and codes are as
long as those that they replace, so that files keep their structure.

It must not import anything of the developers' commands but its own parts, which run in
the same shell.
"""

from bench_copies import Copies
from bench_originals import COPIED, Originals
from bench_people import People

# Each model's ids begin with two digits of their own, and all have nine: as text, they
# are neither each other's nor any other number's.
ROWS_OF_A_MODEL = 10_000_000
SHARED = ("res.partner", "res.users")


def fill(env, count):
    """Fill a database in which nothing was done yet.

    :param env: of the shell, elevated
    :param int count: how many contracts there are in the end
    """
    env = env(context={**env.context, "tracking_disable": False, "mail_notify_force_send": False})
    _move_sequences(env)
    people = People(env, count)
    slot, agents, customers = people.create()
    originals = Originals(env, people).create(slot)
    env.cr.commit()
    Copies(env, count).write(originals, slot, agents, customers)
    env.cr.commit()
    env.invalidate_all()
    env["customer.contract.daily.record"]._take(env.company)
    env.cr.commit()


def _move_sequences(env):
    for position, model in enumerate(COPIED + SHARED):
        base = (11 + position) * ROWS_OF_A_MODEL + 1
        env.cr.execute(f"ALTER SEQUENCE {env[model]._table}_id_seq RESTART WITH {base}")
