import {Component} from "@odoo/owl";
import {FileModel} from "@web/core/file_viewer/file_model";
import {useFileViewer} from "@web/core/file_viewer/file_viewer_hook";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * A contract's file, served by the route that records who opened it.
 */
class ContractFile extends FileModel {
    get urlRoute() {
        return `/contract/document/${this.id}`;
    }
}

/**
 * Opens a file in Odoo's own viewer, if it is one that can be shown.
 */
export class DocumentPreviewField extends Component {
    static template = "customer_contract.DocumentPreviewField";
    static props = {...standardFieldProps};

    setup() {
        this.fileViewer = useFileViewer();
    }

    get label() {
        return _t("Preview %(file)s", {file: this.props.record.data.name});
    }

    open() {
        const {resId, data} = this.props.record;
        const file = Object.assign(new ContractFile(), {
            id: resId,
            name: data.name,
            mimetype: data[this.props.name],
            type: "binary",
        });
        this.fileViewer.open(file);
    }
}

export const documentPreviewField = {
    component: DocumentPreviewField,
    displayName: _t("Document Preview"),
    supportedTypes: ["char"],
    isEmpty: () => false,
    listViewWidth: 70,
};

registry.category("fields").add("contract_document_preview", documentPreviewField);
