import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {redirect} from "@web/core/utils/urls";
import {post, unknownErrors} from "@customer_contract/portal/portal/call";
import {ContractValuesInText} from "./contract_values_in_text";

const SAVE_DELAY = 800;

/**
 * The details that a customer fills in before signing: in the list, or in the text.
 *
 * What is typed is saved a moment later, and whenever something goes wrong it stays. The
 * list's inputs are what counts; those in the text follow them and are followed.
 */
export class ContractValues extends ContractValuesInText {
    static selector = ".o_contract_values";
    dynamicContent = {
        ".o_contract_values_form": {
            "t-on-input": (ev) => this.onInput(ev.target),
            "t-on-change": (ev) => this.onInput(ev.target),
            "t-on-submit.prevent": () => this.confirm(),
        },
        ".o_contract_value_take": {"t-on-click": (ev) => this.take(ev.currentTarget)},
        ".o_contract_values_withdraw": {"t-on-click": () => this.withdraw()},
        ".o_contract_values_send_code": {"t-on-click": () => this.sendCode()},
    };

    setup() {
        super.setup();
        this.url = this.el.dataset.url;
        this.digest = this.el.dataset.digest;
        this.revision = Number(this.el.dataset.revision);
        this.isBusy = false;
        this.unsaved = new Set();
    }

    start() {
        if (!this.form) {
            return;
        }
        for (const field of this.fields) {
            this.markChanged(field);
        }
        this.makeTextEditable();
        this.followDialog();
        this.addListener(window, "beforeunload", (ev) => {
            if (this.unsaved.size && !this.codeUrl) {
                this.save();
                ev.preventDefault();
            }
        });
    }

    /**
     * Leads through the details in a dialog, from which what was begun goes on.
     */
    followDialog() {
        const dialog = document.querySelector("#contract_details");
        if (!dialog) {
            return;
        }
        const place = document.createElement("span");
        this.addListener(dialog, "show.bs.modal", (ev) => {
            this.then = ev.relatedTarget?.dataset.then;
            this.el.before(place);
            dialog.querySelector(".modal-body").append(this.el);
        });
        this.addListener(dialog, "hidden.bs.modal", () => {
            this.then = "";
            place.replaceWith(this.el);
        });
    }

    /**
     * Shows the page anew, and there the dialog that the details stood before.
     *
     * @param {string} url
     */
    goOn(url) {
        const {pathname, search} = window.location;
        redirect(this.then ? `${url}#${this.then}` : url);
        if (this.then && url === pathname + search) {
            window.location.reload(); // another anchor alone shows nothing anew
        }
    }

    get codeUrl() {
        return this.el.dataset.codeUrl;
    }

    /**
     * @returns {object} what stands in the list's inputs, by the fields' names
     */
    collect() {
        return Object.fromEntries(
            this.fields.map((field) => [
                field.dataset.name,
                this.getControl(field).value,
            ])
        );
    }

    // --------------------------------------------------------------------------
    // Typing and saving
    // --------------------------------------------------------------------------

    onInput(control) {
        const field = control.closest(".o_contract_value_field");
        if (!field) {
            return;
        }
        this.form.closest("details").open = true;
        this.markChanged(field);
        this.showInText(field);
        this.unsaved.add(field.dataset.name);
        if (!this.codeUrl) {
            clearTimeout(this.timer);
            this.timer = this.waitForTimeout(() => this.save(), SAVE_DELAY);
        }
    }

    markChanged(field) {
        field.classList.toggle(
            "o_contract_value_changed",
            this.getControl(field).value !== field.dataset.frozen
        );
    }

    take(button) {
        const field = button.closest(".o_contract_value_field");
        this.getControl(field).value = button.dataset.value;
        button.closest(".o_contract_value_conflict").remove();
        this.onInput(this.getControl(field));
        this.getControl(field).focus();
    }

    async save() {
        if (this.isBusy || !this.unsaved.size) {
            return;
        }
        const names = [...this.unsaved];
        this.unsaved.clear();
        const typed = this.collect();
        const values = Object.fromEntries(names.map((name) => [name, typed[name]]));
        const answer = await this.send({act: "save", values});
        if (answer.error) {
            names.forEach((name) => this.unsaved.add(name));
            this.handle(answer);
            return;
        }
        this.revision = answer.revision;
        this.showErrors(answer.errors, names);
        this.tell(_t("What you typed is kept."));
    }

    async confirm() {
        if (this.isBusy) {
            return;
        }
        clearTimeout(this.timer);
        this.showProblem("");
        this.setBusy(true);
        const answer = await this.send({act: "confirm", values: this.collect()});
        if (answer.redirect_url) {
            // the button stays off until the next page is there
            this.unsaved.clear();
            this.goOn(answer.redirect_url);
            return;
        }
        this.setBusy(false);
        this.handle(answer);
        this.el.querySelector(".o_contract_values_problem").focus();
        if (answer.reason === "invalid") {
            this.unsaved.clear();
            this.showErrors(answer.errors, Object.keys(this.collect()));
            this.form.querySelector("[aria-invalid='true']")?.focus();
        }
    }

    async withdraw() {
        const answer = await this.send({act: "withdraw"});
        if (answer.redirect_url) {
            redirect(answer.redirect_url);
            return;
        }
        this.showProblem(answer.error);
    }

    async sendCode() {
        const status = this.el.querySelector(".o_contract_values_code_status");
        const answer = await this.post(this.codeUrl);
        status.textContent =
            answer.error || _t("The code was sent to %s.", answer.sent_to);
    }

    send(values) {
        return this.post(this.url, {
            digest: this.digest,
            revision: this.revision,
            code: this.el.querySelector("#contract_values_code")?.value,
            ...values,
        });
    }

    /**
     * @param {string} url
     * @param {object} values
     * @returns {Promise<object>} the server's answer, or an error in its shape
     */
    post(url, values = {}) {
        return this.waitFor(post(url, values, unknownErrors.values));
    }

    // --------------------------------------------------------------------------
    // What went wrong
    // --------------------------------------------------------------------------

    handle(answer) {
        if (answer.revision !== undefined) {
            this.revision = answer.revision;
        }
        this.showProblem(answer.error);
        if (answer.reason === "stale") {
            for (const [name, value] of Object.entries(answer.values)) {
                const field = this.findField(name);
                if (field && this.getControl(field).value !== value) {
                    this.offer(
                        field,
                        _t("In the other window you typed: %s", value),
                        value
                    );
                }
            }
        } else if (answer.reason === "conflict") {
            for (const conflict of answer.conflicts) {
                const field = this.findField(conflict.name);
                if (field) {
                    this.offer(field, conflict.text, conflict.theirs_typed);
                }
            }
            this.offerReload();
        }
    }

    /**
     * Shows what somebody else typed beside one's own, to choose from.
     *
     * @param {HTMLElement} field
     * @param {string} text - who changed it to what
     * @param {string} value - what can be taken over
     */
    offer(field, text, value) {
        field.querySelector(".o_contract_value_conflict")?.remove();
        const control = this.getControl(field);
        const offer = document.createElement("div");
        offer.id = `${control.id}_conflict`;
        offer.className =
            "o_contract_value_conflict alert alert-warning py-2 mt-2 mb-0";
        offer.textContent = `${text} `;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "o_contract_value_take btn btn-sm btn-secondary";
        button.dataset.value = value;
        button.textContent = _t("Take this");
        this.addListener(button, "click", () => this.take(button));
        offer.append(button);
        field.append(offer);
        control.setAttribute(
            "aria-describedby",
            `${control.getAttribute("aria-describedby") || ""} ${offer.id}`.trim()
        );
    }

    offerReload() {
        const problem = this.el.querySelector(".o_contract_values_problem");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "o_contract_values_reload btn btn-primary d-block mt-2";
        button.textContent = _t("Read the new version");
        this.addListener(button, "click", () => window.location.reload());
        problem.append(button);
    }

    showErrors(errors, names) {
        for (const name of names) {
            const field = this.findField(name);
            if (!field) {
                continue;
            }
            const control = this.getControl(field);
            const error = errors[name] || "";
            control.classList.toggle("is-invalid", Boolean(error));
            if (error) {
                control.setAttribute("aria-invalid", "true");
            } else {
                control.removeAttribute("aria-invalid");
            }
            const place = field.querySelector(".o_contract_value_error");
            place.textContent = error;
            place.classList.toggle("d-block", Boolean(error));
        }
    }

    showProblem(text) {
        const problem = this.el.querySelector(".o_contract_values_problem");
        problem.textContent = text || "";
        problem.classList.toggle("d-none", !text);
    }

    tell(text) {
        this.el.querySelector(".o_contract_values_status").textContent = text;
    }

    setBusy(isBusy) {
        this.isBusy = isBusy;
        this.el
            .querySelector(".o_contract_values_confirm")
            .setAttribute("aria-disabled", isBusy ? "true" : "false");
    }
}

registry
    .category("public.interactions")
    .add("customer_contract.contract_values", ContractValues);
