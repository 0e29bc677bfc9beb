"""Fill in what lists of contracts show, of all contracts at once.

It is what ``_compute_signature_progress`` and ``_compute_has_unreached`` find.
"""

from odoo import SUPERUSER_ID, api

FILL = """
    WITH people AS (
        SELECT person.contract_id, person.step_id, person.role, person.state, person.sequence,
               person.delivery_state, step.policy, step.needed_count
          FROM customer_contract_participant person
          LEFT JOIN customer_contract_routing_step step ON step.id = person.step_id
         WHERE person.is_retired IS NOT TRUE
    ), steps AS (
        SELECT step_id,
               count(*) FILTER (WHERE state = 'done') AS done,
               CASE policy
                   WHEN 'all' THEN count(*) FILTER (WHERE state != 'delegated')
                   WHEN 'any' THEN 1
                   ELSE needed_count
               END AS needed
          FROM people
         WHERE step_id IS NOT NULL
         GROUP BY step_id, policy, needed_count
    ), parts AS (
        SELECT contract_id,
               count(*) FILTER (WHERE state = 'done') AS done,
               CASE WHEN step_id IS NULL THEN count(*) ELSE max(steps.needed) END AS needed
          FROM people
          LEFT JOIN steps USING (step_id)
         WHERE role = 'signer'
           AND state != 'delegated'
           AND NOT (state = 'skipped' AND step_id IS NOT NULL AND steps.done >= steps.needed)
         GROUP BY contract_id, step_id
    ), figures AS (
        SELECT contract_id, sum(done)::integer AS done, sum(needed)::integer AS needed
          FROM parts
         GROUP BY contract_id
    ), turns AS (
        SELECT contract_id, min(sequence) AS sequence
          FROM people
         WHERE role != 'observer' AND state IN ('waiting', 'requested', 'viewed')
         GROUP BY contract_id
    ), unreached AS (
        SELECT DISTINCT contract_id
          FROM people
          JOIN customer_contract contract ON contract.id = contract_id
          LEFT JOIN turns USING (contract_id)
         WHERE delivery_state IN ('failed', 'bounced')
           AND (contract.state = 'signed'
                OR people.state IN ('requested', 'viewed')
                   AND role != 'observer' AND people.sequence = turns.sequence)
    )
    UPDATE customer_contract contract
       SET signer_count = coalesce(figures.needed, 0),
           signature_count = coalesce(figures.done, 0),
           signature_progress = coalesce(
               100 * figures.done::double precision / nullif(figures.needed, 0), 0
           ),
           has_unreached = unreached.contract_id IS NOT NULL
      FROM customer_contract same
      LEFT JOIN figures ON figures.contract_id = same.id
      LEFT JOIN unreached ON unreached.contract_id = same.id
     WHERE contract.id = same.id
"""


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.flush_all()
    cr.execute(FILL)
    env.invalidate_all()
