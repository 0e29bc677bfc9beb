import {_t} from "@web/core/l10n/translation";
import {rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {redirect} from "@web/core/utils/urls";
import {Interaction} from "@web/public/interaction";

const MOST_MEGABYTES = 200;
const DIGEST_IN_ADDRESS = /^#sha256=([0-9a-f]{64})$/;
const ICONS = {
    success: "fa-check-circle",
    warning: "fa-info-circle",
    danger: "fa-times-circle",
};

/**
 * Compares a file with a contract, or finds the contract it belongs to. The file is
 * hashed here and stays here: at most its digest is sent.
 */
export class ContractVerification extends Interaction {
    static selector = ".o_contract_verification_page";

    dynamicContent = {
        _window: {
            "t-on-dragover": this.onDragOver,
            "t-on-drop": this.onDrop,
        },
        ".o_contract_drop": {
            "t-on-dragenter": () => (this.isDragging = true),
            "t-on-dragleave": this.onDragLeave,
            "t-att-class": () => ({o_contract_dragging: this.isDragging}),
        },
        ".o_contract_file": {
            "t-on-change": this.onChoose,
        },
    };

    setup() {
        this.isDragging = false;
        this.number = 0;
        // The files of the contract that the page is about; none where it is about none.
        this.files = JSON.parse(this.el.dataset.files || "null");
    }

    start() {
        const [, digest] = window.location.hash.match(DIGEST_IN_ADDRESS) || [];
        if (digest && this.files) {
            window.history.replaceState(null, "", window.location.pathname);
            this.compare(digest, "");
        }
        // chosen while the page was still loading
        const [file] = this.el.querySelector(".o_contract_file").files;
        if (file) {
            this.check(file);
        }
    }

    onDragOver(ev) {
        // a file that misses the field would replace the page
        if (ev.dataTransfer?.types.includes("Files")) {
            ev.preventDefault();
        }
    }

    onDragLeave(ev) {
        if (!ev.currentTarget.contains(ev.relatedTarget)) {
            this.isDragging = false;
        }
    }

    onDrop(ev) {
        const [file] = ev.dataTransfer?.files || [];
        this.isDragging = false;
        if (file) {
            ev.preventDefault();
            this.check(file);
        }
    }

    onChoose(ev) {
        const [file] = ev.currentTarget.files;
        return file && this.check(file);
    }

    /**
     * @param {File} file - what was chosen or dropped
     */
    async check(file) {
        const number = ++this.number;
        if (!window.crypto?.subtle) {
            this.show(
                "warning",
                _t("Your browser cannot check files on this page."),
                _t(
                    "It only does so over a secure connection (https). You can compare the file's SHA-256 yourself."
                )
            );
            return;
        }
        if (file.size > MOST_MEGABYTES * 1024 * 1024) {
            this.show(
                "warning",
                _t("This file is too large to be one of our contracts."),
                file.name
            );
            return;
        }
        this.show("", _t("Checking…"), file.name);
        let digest = "";
        try {
            digest = await this.waitFor(this.digest(file));
        } catch {
            this.show("warning", _t("The file could not be read."), file.name);
            return;
        }
        if (number !== this.number) {
            return; // another file was chosen in the meantime
        }
        if (this.files) {
            this.compare(digest, file.name);
        } else {
            await this.lookUp(digest, file.name, number);
        }
    }

    /**
     * @param {File} file - the file
     * @returns {Promise<string>} its SHA-256 in hexadecimal
     */
    async digest(file) {
        const digest = await window.crypto.subtle.digest(
            "SHA-256",
            await file.arrayBuffer()
        );
        return Array.from(new Uint8Array(digest), (byte) =>
            byte.toString(16).padStart(2, "0")
        ).join("");
    }

    /**
     * Tells whether a file is one of the contract's.
     *
     * @param {string} digest - its SHA-256
     * @param {string} name - its name
     */
    compare(digest, name) {
        const file = this.files.find((known) => known.sha256 === digest);
        const detail = [name, `SHA-256 ${digest}`].filter(Boolean).join(" · ");
        if (file?.kind === "signed") {
            this.show("success", _t("This is the signed contract, unchanged."), detail);
        } else if (file?.kind === "current") {
            this.show(
                "warning",
                _t(
                    "This is version %s of this contract, unchanged and without signatures.",
                    file.version
                ),
                detail
            );
        } else if (file) {
            this.show(
                "warning",
                _t(
                    "This is version %s, without signatures. It was replaced by a later version.",
                    file.version
                ),
                detail
            );
        } else {
            this.show(
                "danger",
                _t("This file is not this contract, or it was changed."),
                detail
            );
        }
    }

    /**
     * Goes to the contract that a file belongs to.
     *
     * @param {string} digest - its SHA-256
     * @param {string} name - its name
     * @param {number} number - which file this is about
     */
    async lookUp(digest, name, number) {
        let answer = null;
        try {
            answer = await this.waitFor(
                rpc("/contract/verify/file", {digest}, {silent: true})
            );
        } catch {
            this.show(
                "warning",
                _t("There is no connection to the server. Please try again."),
                name
            );
            return;
        }
        if (number !== this.number) {
            return;
        }
        if (answer.url) {
            redirect(`${answer.url}#sha256=${digest}`);
        } else if (answer.is_limited) {
            this.show("warning", _t("Too many tries. Please wait ten minutes."), name);
        } else {
            this.show(
                "danger",
                _t("No contract of ours has this file, or it was changed."),
                `${name} · SHA-256 ${digest}`
            );
        }
    }

    /**
     * Shows a result, which screen readers read out.
     *
     * @param {string} kind - success, warning, danger or none
     * @param {string} text - what was found
     * @param {string} detail - about which file
     */
    show(kind, text, detail) {
        const result = this.el.querySelector(".o_contract_result");
        const icon = document.createElement("i");
        icon.className = `fa ${ICONS[kind] || "fa-circle-o-notch"} fa-lg mt-1`;
        icon.setAttribute("aria-hidden", "true");
        const title = document.createElement("strong");
        title.textContent = text;
        const small = document.createElement("span");
        small.className = "d-block small text-break";
        small.textContent = detail;
        const words = document.createElement("div");
        words.append(title, small);
        result.className = `o_contract_result alert alert-${kind || "info"} d-flex gap-2 mt-3 mb-0`;
        result.dataset.result = kind;
        result.replaceChildren(icon, words);
    }
}

registry
    .category("public.interactions")
    .add("customer_contract.verification", ContractVerification);
