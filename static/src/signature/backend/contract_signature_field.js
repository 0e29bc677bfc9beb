import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {isBinarySize} from "@web/core/utils/binary";
import {useBus} from "@web/core/utils/hooks";
import {imageUrl} from "@web/core/utils/urls";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {ContractNameAndSignature} from "@customer_contract/signature/portal/name_and_signature";

/**
 * Odoo's signature field, which tells when the picture it was asked for is drawn.
 */
class ManagerNameAndSignature extends ContractNameAndSignature {
    focusName() {
        this.signNameInputRef.el?.focus();
    }

    printImage() {
        this.props.signature.drawing = super.printImage(...arguments);
        return this.props.signature.drawing;
    }

    /**
     * Shows the remembered signature without stretching it.
     */
    fromDataURL(source) {
        return this.printImage(source);
    }
}

/**
 * Name and signature in the dialog itself: drawn, made from the name, or loaded.
 */
export class ContractSignatureField extends Component {
    static template = "customer_contract.SignatureField";
    static components = {ManagerNameAndSignature};
    static props = {
        ...standardFieldProps,
        fullName: {type: String},
    };

    setup() {
        const remembered = this.getRememberedPicture();
        this.mode = remembered ? "draw" : "auto";
        this.signature = useState({
            name: this.props.record.data[this.props.fullName] || "",
            isSignatureEmpty: true,
            signatureImage: remembered,
            getSignatureImage: () => "",
        });
        // What is on the screen is what is sent, also when the last letter was just
        // typed and its picture is still being made.
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({detail}) =>
            detail.proms.push(this.commit())
        );
    }

    get signatureProps() {
        return {
            signature: this.signature,
            mode: this.mode,
            fontColor: "#00008b",
            onSignatureChange: () => this.commit(),
        };
    }

    get isMissing() {
        return this.props.record.isFieldInvalid(this.props.name);
    }

    getRememberedPicture() {
        const {record, name} = this.props;
        const value = record.data[name];
        if (!value) {
            return "";
        }
        return isBinarySize(value)
            ? imageUrl(record.resModel, record.resId, name)
            : `data:image/png;base64,${value}`;
    }

    async commit() {
        await this.signature.drawing;
        const {record, name, fullName} = this.props;
        const {isSignatureEmpty, getSignatureImage} = this.signature;
        const picture = isSignatureEmpty ? "" : getSignatureImage().split(",")[1];
        const changes = {};
        if ((picture || false) !== (record.data[name] || false)) {
            changes[name] = picture || false;
        }
        if (this.signature.name !== (record.data[fullName] || "")) {
            changes[fullName] = this.signature.name;
        }
        if (Object.keys(changes).length) {
            await record.update(changes);
        }
    }
}

export const contractSignatureField = {
    component: ContractSignatureField,
    displayName: _t("Contract Signature"),
    supportedTypes: ["binary"],
    supportedOptions: [
        {
            label: _t("Full name"),
            name: "full_name",
            type: "field",
            availableTypes: ["char"],
            help: _t("The field with the name under the signature"),
        },
    ],
    additionalClasses: ["w-100"],
    extractProps: ({options}) => ({fullName: options.full_name}),
};

registry.category("fields").add("contract_signature", contractSignatureField);
