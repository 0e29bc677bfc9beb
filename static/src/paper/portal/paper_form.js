import {Component, onMounted, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {redirect} from "@web/core/utils/urls";
import {getReader, post, unknownErrors} from "@customer_contract/portal/portal/call";
import {DOWNLOAD_KEY} from "./paper_choice";
import {shrinkPicture} from "./paper_picture";

/**
 * Where a contract that was signed by hand is collected page by page, and sent.
 *
 * Each file is sent on its own and kept by the server at once: what is wrong with one
 * loses nothing of the others, nor of what was typed.
 */
export class ContractPaperForm extends Component {
    static template = "customer_contract.PaperForm";
    static props = {
        url: String,
        state: Object,
        name: String,
        capacity: String,
        date: String,
        mostBytes: Number,
        mostPages: Number,
        valueProblems: {type: Array, element: String},
        codeUrl: {type: String, optional: true},
        codeAddress: {type: String, optional: true},
    };

    setup() {
        this.state = useState({
            ...this.props.state,
            name: this.props.name,
            capacity: this.props.capacity,
            date: this.props.date || this.today,
            code: "",
            codeStatus: "",
            isSendingCode: false,
            isConfirmed: false,
            isDraggedOver: false,
            isBusy: false,
            progress: "",
            errors: [],
        });
        this.error = useRef("error");
        onMounted(() => this.beginDownload());
        useEffect(
            () => {
                if (this.state.errors.length) {
                    this.error.el?.focus();
                }
            },
            () => [this.state.errors]
        );
    }

    /**
     * Begins the download that was chosen on the page before.
     */
    beginDownload() {
        if (!window.sessionStorage.getItem(DOWNLOAD_KEY)) {
            return;
        }
        window.sessionStorage.removeItem(DOWNLOAD_KEY);
        if (!this.props.valueProblems.length) {
            window.location.assign(this.props.url);
        }
    }

    get today() {
        const now = new Date();
        const month = String(now.getMonth() + 1).padStart(2, "0");
        return `${now.getFullYear()}-${month}-${String(now.getDate()).padStart(2, "0")}`;
    }

    get needsConfirmation() {
        return this.state.pages.length > 0 && this.state.checkState === "problem";
    }

    get fileLimits() {
        return _t(
            "PDF, JPEG or PNG; up to 20 MB and %s pages in all.",
            this.props.mostPages
        );
    }

    get codeExplanation() {
        return _t(
            "We send a code to %s, to be sure that this mailbox is yours.",
            this.props.codeAddress
        );
    }

    get pageCount() {
        const count = this.state.pages.length;
        if (!count) {
            return "";
        }
        return count === 1
            ? _t("One page is there so far.")
            : _t("%s pages are there so far.", count);
    }

    /**
     * Says what a page is, for those who cannot see its picture.
     *
     * @param {object} page
     * @returns {string}
     */
    describePage(page) {
        if (page.result === "matched") {
            return _t("Page %(number)s of %(total)s", page);
        }
        return page.result === "unchecked" ? _t("Not checked") : _t("Please look");
    }

    // Adding pages

    onChooseFiles(event) {
        const files = [...event.target.files];
        event.target.value = "";
        return this.addFiles(files);
    }

    onDrop(event) {
        this.state.isDraggedOver = false;
        return this.addFiles([...event.dataTransfer.files]);
    }

    /**
     * Sends files one after the other.
     *
     * @param {File[]} files
     */
    async addFiles(files) {
        if (this.state.isBusy || !files.length) {
            return;
        }
        this.state.isBusy = true;
        this.state.errors = [];
        const errors = [];
        for (const [position, file] of files.entries()) {
            this.state.progress = _t("Sending file %(position)s of %(count)s…", {
                position: position + 1,
                count: files.length,
            });
            const content = await shrinkPicture(file);
            if (content.size > this.props.mostBytes) {
                errors.push(_t("%s: the file is too large.", file.name));
                continue;
            }
            const form = new FormData();
            form.append("files", content, file.name);
            const answer = await this.post("", form);
            errors.push(...(answer.refusals || []));
            if (answer.error) {
                errors.push(`${file.name}: ${answer.error}`);
            }
        }
        this.state.progress = errors.length ? "" : this.pageCount;
        this.state.errors = errors;
        this.state.isBusy = false;
    }

    // Arranging pages

    onMove(index, step) {
        const order = this.state.pages.map((page) => page.id);
        const [moved] = order.splice(index, 1);
        order.splice(index + step, 0, moved);
        return this.change({do: "order", order: order.join(",")});
    }

    onTurn(page) {
        return this.change({do: "turn", page_id: page.id});
    }

    onRemove(page) {
        return this.change({do: "remove", page_id: page.id});
    }

    async change(values) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        const answer = await this.post("/pages", this.makeForm(values));
        this.state.progress = answer.error ? "" : this.pageCount;
        this.state.errors = answer.error ? [answer.error] : [];
        this.state.isBusy = false;
    }

    // Sending

    async onSendCode() {
        if (this.state.isSendingCode) {
            return;
        }
        this.state.isSendingCode = true;
        this.state.errors = [];
        const answer = await post(this.props.codeUrl, {}, unknownErrors.pages);
        if (answer.error) {
            this.state.errors = [answer.error];
        } else {
            this.state.codeStatus = _t("The code was sent to %s.", answer.sent_to);
        }
        this.state.isSendingCode = false;
    }

    findProblems() {
        const problems = [];
        if (!this.state.pages.length) {
            problems.push(_t("Please add the signed pages first."));
        }
        if (!this.state.name.trim()) {
            problems.push(_t("Please type the name of whoever signed."));
        }
        if (!this.state.date) {
            problems.push(
                _t("Please enter the date that stands next to the signature.")
            );
        }
        if (this.needsConfirmation && !this.state.isConfirmed) {
            problems.push(
                _t(
                    "Please correct the pages, or tick the box to send them as they are."
                )
            );
        }
        if (this.props.codeUrl && !this.state.code.trim()) {
            problems.push(
                _t("Please enter the code that we send to your e-mail address.")
            );
        }
        return problems;
    }

    async onSubmit() {
        if (this.state.isBusy) {
            return;
        }
        const problems = this.findProblems();
        if (problems.length) {
            this.state.errors = problems;
            return;
        }
        this.state.isBusy = true;
        this.state.errors = [];
        const {name, capacity, date, code, isConfirmed} = this.state;
        const answer = await this.post(
            "/send",
            this.makeForm({
                name,
                capacity,
                signed_date: date,
                code,
                confirm: isConfirmed ? "1" : "",
            })
        );
        if (answer.redirect_url) {
            // the button stays off until the next page is there
            redirect(answer.redirect_url);
            return;
        }
        this.state.isBusy = false;
        this.state.errors = [answer.error || unknownErrors.pages];
    }

    // Talking to the server

    makeForm(values) {
        const form = new FormData();
        for (const [name, value] of Object.entries(values)) {
            form.append(name, value);
        }
        return form;
    }

    /**
     * Sends a form, and takes over how the pages stand afterwards.
     *
     * @param {string} path
     * @param {FormData} form
     * @returns {object} the server's answer, or an error in its shape
     */
    async post(path, form) {
        form.append("csrf_token", odoo.csrf_token);
        for (const [name, value] of Object.entries(getReader())) {
            form.append(name, value);
        }
        try {
            const response = await fetch(this.props.url + path, {
                method: "POST",
                body: form,
                credentials: "same-origin",
                headers: {Accept: "application/json"},
            });
            if (response.status === 413) {
                return {error: _t("the file is too large.")};
            }
            const answer = await response.json();
            if (answer.state) {
                Object.assign(this.state, answer.state);
            }
            return answer;
        } catch (error) {
            console.warn(error);
            return {error: unknownErrors.pages};
        }
    }
}

registry
    .category("public_components")
    .add("customer_contract.paper_form", ContractPaperForm);
