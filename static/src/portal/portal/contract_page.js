import {getReader, post} from "./call";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * Opens the dialog that the address names (`#sign`) or the one that was refused, and
 * confirms that the contract is shown: whatever fetches links does not run this, and
 * browsers that load pages ahead do not show them.
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
        for (const form of this.el.querySelectorAll("form[method=post]")) {
            for (const [key, value] of Object.entries(getReader())) {
                const input = document.createElement("input");
                Object.assign(input, {type: "hidden", name: key, value});
                this.insert(input, form);
            }
        }
        // What has just happened is where readers go on, with keyboard and screen reader.
        this.el.querySelector(".o_contract_outcome")?.focus();
        if (document.visibilityState === "visible") {
            this.confirmView();
        } else {
            this.addListener(document, "visibilitychange", () => this.confirmView());
        }
    }

    confirmView() {
        const {viewedUrl, viewedDigest} = this.el.dataset;
        if (viewedUrl && !this.isConfirmed && document.visibilityState === "visible") {
            this.isConfirmed = true;
            post(viewedUrl, {digest: viewedDigest});
        }
    }
}

registry.category("public.interactions").add("customer_contract.page", ContractPage);
