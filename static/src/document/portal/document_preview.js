import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * A file is fetched, and so recorded as opened, only when somebody unfolds it.
 */
export class DocumentPreview extends Interaction {
    static selector = ".o_contract_preview";
    dynamicContent = {
        _root: {"t-on-toggle": this.onToggle},
    };

    onToggle() {
        const frame = this.el.querySelector("[data-src]");
        if (this.el.open && frame && !frame.getAttribute("src")) {
            frame.setAttribute("src", frame.dataset.src);
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_contract.document_preview", DocumentPreview);
