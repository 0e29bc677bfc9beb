import {
    Component,
    markup,
    onMounted,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {redirect} from "@web/core/utils/urls";
import {post, unknownErrors} from "@customer_contract/portal/portal/call";
import {ContractNameAndSignature} from "./name_and_signature";

/**
 * Where a contract is signed in the portal: name, signature, consent, one button.
 *
 * Whatever goes wrong, what was typed and drawn stays, the button works again, and the
 * error is read out.
 */
export class ContractSignForm extends Component {
    static template = "customer_contract.SignForm";
    static components = {ContractNameAndSignature};
    static props = {
        callUrl: String,
        digest: String,
        consentDigest: String,
        consentText: String,
        defaultName: String,
        sendLabel: String,
        codeUrl: {type: String, optional: true},
        codeAddress: {type: String, optional: true},
    };

    setup() {
        this.root = useRef("root");
        this.state = useState({
            problems: [],
            changes: null,
            isOutdated: false,
            hasConsent: false,
            isBusy: false,
            code: "",
            codeStatus: "",
            isSendingCode: false,
        });
        this.signature = useState({
            name: this.props.defaultName,
            isSignatureEmpty: true,
            getSignatureImage: () => "",
            resetSignature: () => {},
        });
        this.error = useRef("error");
        useEffect(
            () => {
                // Whoever has just ticked the box stays there.
                if (document.activeElement?.id !== "contract_consent") {
                    this.error.el?.focus();
                }
            },
            () => [this.state.problems]
        );
        this.onShown = this.onShown.bind(this);
        onMounted(() => {
            this.modal = this.root.el.closest(".modal");
            this.modal?.addEventListener("shown.bs.modal", this.onShown);
        });
        onWillUnmount(() =>
            this.modal?.removeEventListener("shown.bs.modal", this.onShown)
        );
    }

    get signatureProps() {
        return {signature: this.signature, fontColor: "#00008b"};
    }

    get codeExplanation() {
        return _t(
            "We send a code to %s. It is valid for ten minutes.",
            this.props.codeAddress
        );
    }

    get consentProblem() {
        return _t("Please tick the box to agree to sign electronically.").toString();
    }

    get isConsentMissing() {
        return this.state.problems.includes(this.consentProblem);
    }

    get consentDescription() {
        const ids = [
            ...(this.isConsentMissing ? ["contract_consent_error"] : []),
            ...(this.props.consentText ? ["contract_consent_text"] : []),
        ];
        return ids.join(" ") || undefined;
    }

    /**
     * What was missing no longer stands there once the box is ticked.
     *
     * @param {Event} ev
     */
    onConsent(ev) {
        if (ev.target.checked && this.isConsentMissing) {
            this.state.problems = this.state.problems.filter(
                (problem) => problem !== this.consentProblem
            );
        }
    }

    onShown() {
        this.root.el.querySelector("input[name='signer']")?.focus();
    }

    /**
     * Lists what the person has still to do.
     *
     * @returns {string[]} one sentence each
     */
    findProblems() {
        const problems = [];
        if (!this.signature.name.trim()) {
            problems.push(_t("Please type your name."));
        }
        if (this.signature.isSignatureEmpty) {
            problems.push(_t("Please sign: type your name, draw, or load a picture."));
        }
        if (!this.state.hasConsent) {
            problems.push(this.consentProblem);
        }
        if (this.props.codeUrl && !this.state.code.trim()) {
            problems.push(
                _t("Please enter the code that we send to your e-mail address.")
            );
        }
        return problems;
    }

    /**
     * Has a one-time code sent; nothing that was typed is lost by it.
     */
    async onSendCode() {
        if (this.state.isSendingCode) {
            return;
        }
        this.state.isSendingCode = true;
        this.state.problems = [];
        const answer = await post(this.props.codeUrl, {}, unknownErrors.signature);
        if (answer.error) {
            this.showProblems([answer.error]);
        } else {
            this.state.codeStatus = _t("The code was sent to %s.", answer.sent_to);
        }
        this.state.isSendingCode = false;
    }

    async onSubmit() {
        if (this.state.isBusy) {
            return;
        }
        await this.signature.settle?.();
        const problems = this.findProblems();
        if (problems.length) {
            this.showProblems(problems);
            return;
        }
        this.state.isBusy = true;
        this.state.problems = [];
        const answer = await this.send();
        if (answer.redirect_url) {
            // the button stays off until the next page is there
            redirect(answer.redirect_url);
            return;
        }
        this.state.isBusy = false;
        this.state.isOutdated = answer.reason === "version_changed";
        this.state.changes = answer.changes ? markup(answer.changes) : null;
        this.showProblems([answer.error]);
    }

    /**
     * Sends the signature.
     *
     * @returns {Promise<object>} the server's answer, or an error in its shape
     */
    send() {
        return post(
            this.props.callUrl,
            {
                name: this.signature.name,
                signature: this.signature.getSignatureImage().split(",")[1],
                digest: this.props.digest,
                consent: this.props.consentDigest || true,
                code: this.state.code,
            },
            unknownErrors.signature
        );
    }

    showProblems(problems) {
        this.state.problems = problems;
    }

    onReload() {
        window.location.reload();
    }
}

registry
    .category("public_components")
    .add("customer_contract.sign_form", ContractSignForm);
