import {registry} from "@web/core/registry";
import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";

const FIRST_DELAY = 2000;
const MOST_TRIES = 40;

// What the page says of the contract's state, wherever it stands.
const STATE_PARTS = [".o_contract_done", ".o_contract_sidebar", ".o_contract_timeline"];

/**
 * Looks from time to time whether the signed contract is there. Then every part of the page
 * that tells the contract's state is shown as the server tells it now, and no other.
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
        const page = await this.waitFor(
            fetch(window.location.href, {credentials: "same-origin"})
                .then((answer) => answer.text())
                .catch(() => null)
        );
        if (page === null) {
            this.waitForTimeout(() => this.look(), FIRST_DELAY);
            return;
        }
        this.showState(new DOMParser().parseFromString(page, "text/html"));
    }

    /**
     * @param {Document} page - the contract's page as it is now
     */
    showState(page) {
        const interactions = this.services["public.interactions"];
        const contractPage = this.el.closest(".o_contract_page");
        // This one ends with the part that it stands in.
        for (const selector of STATE_PARTS) {
            const before = contractPage.querySelector(selector);
            const now = page.querySelector(`.o_contract_page ${selector}`);
            if (before && now) {
                interactions.stopInteractions(before);
                before.replaceWith(now);
                interactions.startInteractions(now);
            }
        }
        // Screen readers read what changes in a place that was there before.
        contractPage.querySelector(".o_contract_ready").textContent = _t(
            "The signed contract is ready."
        );
    }
}

registry
    .category("public.interactions")
    .add("customer_contract.pending", ContractPending);
