# `make run` shows the addon, `make test` proves it. See README.rst.

PYTHON ?= python3

# Bring your own, on the command line or in the environment:
#   ODOO=       an Odoo 19: a checkout, or Debian's package unpacked
#   PGHOST=     a PostgreSQL server, with PGPORT, PGUSER, PGPASSWORD
#   PORT=       where `make run` serves

.PHONY: run upgrade shell test attacks bench load scale-demo slow-phone delivery-check update-check screenshots lint format wheel clean

run: ## serve the addon with demo data on 127.0.0.1:8069 (PORT=)
	@$(PYTHON) dev/development_server.py run

upgrade: ## update the addon in the database of `make run`
	@$(PYTHON) dev/development_server.py upgrade

shell: ## Odoo's Python shell on that database
	@$(PYTHON) dev/development_server.py shell

test: ## everything; or a selection: TESTS="tests/signature/test_signing.py -k expired"
	@$(PYTHON) dev/run_tests.py $(TESTS)

attacks: ## the attack suite, and its table doc/attacks.rst made from what it got
	@$(PYTHON) dev/attack_table.py

bench: ## times beside Odoo's own quotation signing: N=100000; CHECK=1 fails beyond bounds
	@$(PYTHON) dev/bench.py

slow-phone: ## how soon a contract can be signed on a slow phone: MOST=5 fails beyond
	@$(PYTHON) dev/slow_phone.py

load: ## many customers at once, in order and out of it: CUSTOMERS=40 SECONDS=60 CASES=
	@$(PYTHON) dev/load.py

scale-demo: ## two Odoo nodes, a PostgreSQL primary and its replica, on this machine
	@$(PYTHON) dev/scale_demo.py

delivery-check: ## stories with mail that is delivered, in threads and in worker processes
	@$(PYTHON) dev/delivery_stage.py

update-check: ## update a database of each earlier release; or of one commit: FROM=
	@$(PYTHON) dev/update_check.py $(FROM)

screenshots: ## take README's pictures anew of the running product; or some: NAMES="contract_list"
	@$(PYTHON) dev/screenshots.py $(NAMES)

lint: ## style and mistakes that need no database
	@$(PYTHON) dev/lint.py

format: ## mend what the linters can mend
	@$(PYTHON) dev/lint.py --fix

wheel: ## build dist/*.whl
	@$(PYTHON) dev/build_wheel.py

clean: ## delete all that these commands made, the databases too
	@$(PYTHON) dev/clean.py
