import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * Opens the dialog that the address names (`#sign`) or the one that was refused.
 */
export class ContractPage extends Interaction {
    static selector = ".o_contract_page";

    start() {
        const name = this.el.dataset.dialog || window.location.hash.replace("#", "");
        const dialog =
            /^[a-z_]+$/.test(name) && this.el.querySelector(`#contract_${name}.modal`);
        if (dialog) {
            window.Modal.getOrCreateInstance(dialog).show();
        }
    }
}

registry.category("public.interactions").add("customer_contract.page", ContractPage);
