import {_t} from "@web/core/l10n/translation";
import {rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * Has a one-time code sent from a dialog; what was typed in the dialog stays.
 */
export class ContractCode extends Interaction {
    static selector = ".o_contract_code_entry[data-url]";
    dynamicContent = {
        ".o_contract_send_code": {
            "t-on-click": this.onSend,
            "t-att-aria-disabled": () => String(this.isBusy),
        },
    };

    setup() {
        this.isBusy = false;
    }

    async onSend() {
        if (this.isBusy) {
            return;
        }
        this.isBusy = true;
        this.show("");
        let text = "";
        try {
            const answer = await this.waitFor(
                rpc(this.el.dataset.url, {}, {silent: true})
            );
            text = answer.error || _t("The code was sent to %s.", answer.sent_to);
        } catch (error) {
            console.warn(error);
            text = _t("We could not reach the server. Please try again.");
        }
        this.isBusy = false;
        this.show(text);
        this.el.querySelector("input[name='code']").focus();
    }

    show(text) {
        this.el.querySelector("[role='status']").textContent = text;
    }
}

registry.category("public.interactions").add("customer_contract.code", ContractCode);
