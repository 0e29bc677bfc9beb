import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

export const DOWNLOAD_KEY = "customer_contract_download";

/**
 * Has the next page begin the download that the dialog to sign by hand promised.
 */
export class ContractPaperChoice extends Interaction {
    static selector = "#contract_to_paper form";
    dynamicContent = {
        _root: {
            "t-on-submit": () =>
                window.sessionStorage.setItem(DOWNLOAD_KEY, window.location.pathname),
        },
    };
}

registry
    .category("public.interactions")
    .add("customer_contract.paper_choice", ContractPaperChoice);
