import {registry} from "@web/core/registry";
import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";

const FIRST_DELAY = 2000;
const MOST_TRIES = 40;

/**
 * Looks from time to time whether the signed contract is there, and says so.
 */
export class ContractPending extends Interaction {
    static selector = ".o_contract_pending";

    start() {
        this.tries = 0;
        this.waitForTimeout(() => this.look(), FIRST_DELAY);
    }

    async look() {
        const {url, go} = this.el.dataset;
        const response = await this.waitFor(
            fetch(url, {method: "HEAD", credentials: "same-origin"}).catch(() => null)
        );
        if (response?.status !== 200) {
            this.tries++;
            if (this.tries < MOST_TRIES) {
                this.waitForTimeout(
                    () => this.look(),
                    FIRST_DELAY * (1 + this.tries / 4)
                );
            }
            return;
        }
        if (go) {
            window.location.reload();
            return;
        }
        this.el.querySelector(".o_contract_pending_text").textContent = _t(
            "The signed contract is ready."
        );
        this.el.parentElement
            .querySelector(".o_contract_signed_download")
            .classList.remove("d-none");
    }
}

registry
    .category("public.interactions")
    .add("customer_contract.pending", ContractPending);
