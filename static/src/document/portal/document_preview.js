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

    start() {
        const frame = this.el.querySelector("iframe[data-src]");
        // Phones that show no PDF in a page would show an empty box: the link opens it.
        if (frame && navigator.pdfViewerEnabled === false) {
            frame.remove();
            this.el.querySelector("a").classList.add("btn", "btn-secondary");
        }
    }

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
