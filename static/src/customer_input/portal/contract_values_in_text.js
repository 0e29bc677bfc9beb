import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";

const CONTROLS = "input[name], select[name], textarea[name]";

/**
 * The details in the contract's text: each can be opened where it stands, follows what
 * is typed in the list, and is followed.
 */
export class ContractValuesInText extends Interaction {
    setup() {
        this.form = this.el.querySelector(".o_contract_values_form");
        this.buttons = new Map();
    }

    get fields() {
        return [...this.form.querySelectorAll(".o_contract_value_field")];
    }

    findField(name) {
        return this.fields.find((field) => field.dataset.name === name);
    }

    getControl(field) {
        return field.querySelector(CONTROLS);
    }

    getLabel(field) {
        return field.querySelector("label").firstChild.textContent.trim();
    }

    makeTextEditable() {
        const page = this.el.closest(".o_contract_page");
        for (const element of page.querySelectorAll(
            ".o_contract_document .o_contract_value"
        )) {
            const field = this.findField(element.dataset.contractValue);
            if (field) {
                this.makeEditable(element, field);
            }
        }
    }

    /**
     * Makes a value in the text a button that opens an input in its place.
     *
     * @param {HTMLElement} element - what stands in the text
     * @param {HTMLElement} field - the field in the list
     */
    makeEditable(element, field) {
        // A button element would not flow with the text around it.
        const button = document.createElement("span");
        button.setAttribute("role", "button");
        button.tabIndex = 0;
        button.className = "o_contract_value_button";
        button.dataset.name = field.dataset.name;
        button.title = _t("Change: %s", this.getLabel(field));
        button.append(...element.childNodes);
        const frozen = button.innerText;
        element.append(button);
        this.buttons.set(button, frozen);
        this.addListener(button, "click", () =>
            this.openInText(element, button, field)
        );
        this.addListener(button, "keydown", (ev) => {
            if (ev.key === "Enter" || ev.key === " ") {
                ev.preventDefault();
                this.openInText(element, button, field);
            }
        });
        this.showInText(field);
    }

    openInText(element, button, field) {
        const control = this.getControl(field);
        const twin = control.cloneNode(true);
        twin.removeAttribute("name");
        twin.id = `${control.id}_in_text`;
        twin.value = control.value;
        twin.setAttribute("aria-label", this.getLabel(field));
        const wrap = document.createElement("span");
        wrap.className = "o_contract_value_inline";
        const done = document.createElement("button");
        done.type = "button";
        done.className = "btn btn-sm btn-secondary";
        done.textContent = _t("Done");
        wrap.append(twin, done);
        button.classList.add("d-none");
        element.append(wrap);
        const close = () => {
            wrap.remove();
            button.classList.remove("d-none");
            this.showInText(field);
            button.focus();
        };
        const follow = () => {
            control.value = twin.value;
            this.onInput(control);
        };
        this.addListener(twin, "input", follow);
        this.addListener(twin, "change", follow);
        this.addListener(done, "click", close);
        this.addListener(wrap, "keydown", (ev) => {
            const isLong = twin.tagName === "TEXTAREA";
            if (ev.key === "Escape" || (ev.key === "Enter" && !isLong)) {
                ev.preventDefault();
                close();
            }
        });
        twin.focus();
    }

    /**
     * Shows in the text what was typed, as long as it is not confirmed.
     *
     * @param {HTMLElement} field
     */
    showInText(field) {
        const control = this.getControl(field);
        const isChanged = control.value !== field.dataset.frozen;
        const typed = this.getShown(control);
        for (const [button, frozen] of this.buttons) {
            if (button.dataset.name === field.dataset.name) {
                button.innerText = (isChanged && (typed || "__________")) || frozen;
                button.classList.toggle("o_contract_value_unconfirmed", isChanged);
                button.setAttribute(
                    "aria-label",
                    `${button.innerText} (${button.title})`
                );
            }
        }
    }

    /**
     * @param {HTMLElement} control
     * @returns {string} what was typed or chosen, as people read it
     */
    getShown(control) {
        if (control.tagName === "SELECT") {
            return control.value && control.selectedOptions[0].textContent.trim();
        }
        if (control.type === "date" && control.value) {
            const day = new Date(`${control.value}T00:00`);
            return day.toLocaleDateString(document.documentElement.lang || undefined);
        }
        return control.value;
    }
}
