import {reactive, useRef, useState} from "@odoo/owl";
import {useDropzone} from "@web/core/dropzone/dropzone_hook";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {checkFileSize} from "@web/core/utils/files";
import {useService} from "@web/core/utils/hooks";
import {getDataURLFromFile} from "@web/core/utils/urls";
import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {ListRenderer} from "@web/views/list/list_renderer";

import {getChosenFiles, getDroppedFiles} from "./dropped_files";

/**
 * Rows inside a form that can be selected, one by one or all that are shown.
 */
export class ContractDocumentsListRenderer extends ListRenderer {
    get selectAll() {
        const {records} = this.props.list;
        return Boolean(records.length) && records.every((record) => record.selected);
    }

    toggleSelection() {
        if (!this.canSelectRecord) {
            return;
        }
        const isSelected = !this.selectAll;
        for (const record of this.props.list.records) {
            record.toggleSelection(isSelected);
        }
    }
}

/**
 * The contract's files: several are added at once, chosen or dropped, also whole
 * folders; several are shown in the portal or hidden at once.
 */
export class ContractDocumentsField extends X2ManyField {
    static template = "customer_contract.DocumentsField";
    static components = {
        ...X2ManyField.components,
        ListRenderer: ContractDocumentsListRenderer,
    };

    setup() {
        super.setup();
        this.root = useRef("root");
        this.filesInput = useRef("files");
        this.folderInput = useRef("folder");
        this.orm = useService("orm");
        this.renderAgain = () => this.render();
        this.progress = useState({done: 0, total: 0});
        useDropzone(
            this.root,
            (ev) => this.onDrop(ev),
            "o_contract_documents_drop",
            () => !this.props.readonly
        );
    }

    get rendererProps() {
        const isList = this.props.viewMode === "list";
        const props = super.rendererProps;
        return isList ? {...props, allowSelectors: !this.props.readonly} : props;
    }

    /**
     * Records are selected in the list's rows, which tell nobody but who reads them so.
     */
    get selectedIds() {
        return reactive(this.list, this.renderAgain)
            .records.filter((record) => record.selected && record.resId)
            .map((record) => record.resId);
    }

    get progressText() {
        return _t("Adding file %(number)s of %(total)s…", {
            number: this.progress.done + 1,
            total: this.progress.total,
        });
    }

    /**
     * Files belong to a contract that exists.
     *
     * @returns {Promise<boolean>} whether it does now
     */
    async saveContract() {
        return Boolean(await this.props.record.save());
    }

    async onDrop(ev) {
        return this.addFiles(await getDroppedFiles(ev.dataTransfer));
    }

    async onChosen(ev) {
        const files = getChosenFiles(ev.target.files);
        // the same files can be chosen again
        ev.target.value = "";
        return this.addFiles(files);
    }

    async addFiles(chosen) {
        const files = chosen.filter(({file}) =>
            checkFileSize(file.size, this.notificationService)
        );
        if (!files.length || !(await this.saveContract())) {
            return;
        }
        this.progress.total = files.length;
        for (const {file, folder} of files) {
            await this.upload(file, folder);
            this.progress.done++;
        }
        Object.assign(this.progress, {done: 0, total: 0});
        await this.props.record.load();
    }

    async upload(file, folder) {
        try {
            const data = (await getDataURLFromFile(file)).split(",")[1] || "";
            await this.orm.create(this.list.resModel, [
                {
                    contract_id: this.props.record.resId,
                    name: file.name,
                    datas: data,
                    folder,
                },
            ]);
        } catch (error) {
            // The other files are still added.
            const reason = error.data?.message || error.message;
            this.notificationService.add(
                _t("%(file)s was not added: %(reason)s", {file: file.name, reason}),
                {type: "danger", sticky: true}
            );
        }
    }

    /**
     * Show the selected files in the portal or hide them, or all if none is selected.
     *
     * @param {string} method ``action_show`` or ``action_hide``
     */
    async share(method) {
        const selected = this.selectedIds;
        if (!(await this.saveContract())) {
            return;
        }
        const ids = selected.length ? selected : this.list.currentIds;
        try {
            await this.orm.call(this.list.resModel, method, [ids]);
        } finally {
            await this.props.record.load();
        }
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
