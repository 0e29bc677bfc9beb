import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {post, unknownErrors} from "@customer_contract/portal/portal/call";

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
        const answer = await this.waitFor(
            post(this.el.dataset.url, {}, unknownErrors.code)
        );
        this.isBusy = false;
        this.show(answer.error || _t("The code was sent to %s.", answer.sent_to));
        this.el.querySelector("input[name='code']").focus();
    }

    show(text) {
        this.el.querySelector("[role='status']").textContent = text;
    }
}

registry.category("public.interactions").add("customer_contract.code", ContractCode);
