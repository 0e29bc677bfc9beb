import {useRef} from "@odoo/owl";
import {useDropzone} from "@web/core/dropzone/dropzone_hook";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {checkFileSize} from "@web/core/utils/files";
import {useService} from "@web/core/utils/hooks";
import {getDataURLFromFile} from "@web/core/utils/urls";
import {FileUploader} from "@web/views/fields/file_handler";
import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";

/**
 * The contract's files: several are added at once, chosen or dropped.
 */
export class ContractDocumentsField extends X2ManyField {
    static template = "customer_contract.DocumentsField";
    static components = {...X2ManyField.components, FileUploader};

    setup() {
        super.setup();
        this.root = useRef("root");
        this.orm = useService("orm");
        useDropzone(
            this.root,
            (ev) => this.onDrop(ev),
            "o_contract_documents_drop",
            () => !this.props.readonly
        );
    }

    /**
     * Files belong to a contract that exists.
     *
     * @returns {boolean} whether it does now
     */
    async saveContract() {
        return Boolean(await this.props.record.save());
    }

    async onDrop(ev) {
        const files = [...ev.dataTransfer.files].filter((file) =>
            checkFileSize(file.size, this.notificationService)
        );
        if (!files.length || !(await this.saveContract())) {
            return;
        }
        for (const file of files) {
            const data = (await getDataURLFromFile(file)).split(",")[1];
            await this.upload({name: file.name, data});
        }
        await this.onUploaded();
    }

    async upload({name, data}) {
        try {
            await this.orm.create(this.list.resModel, [
                {contract_id: this.props.record.resId, name, datas: data},
            ]);
        } catch (error) {
            // The other files are still added.
            const reason = error.data?.message || error.message;
            this.notificationService.add(
                _t("%(file)s was not added: %(reason)s", {file: name, reason}),
                {type: "danger", sticky: true}
            );
        }
    }

    onUploaded() {
        return this.props.record.load();
    }
}

export const contractDocumentsField = {
    ...x2ManyField,
    component: ContractDocumentsField,
    displayName: _t("Contract Documents"),
    supportedTypes: ["one2many"],
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
};

registry.category("fields").add("contract_documents", contractDocumentsField);
