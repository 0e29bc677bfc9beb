import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {
    StatusBarField,
    statusBarField,
} from "@web/views/fields/statusbar/statusbar_field";

/**
 * The stages of a contract's type, the present one in its colour.
 */
export class ContractStageField extends StatusBarField {
    static template = "customer_contract.StageField";

    get color() {
        return this.props.record.data.stage_color || 0;
    }
}

export const contractStageField = {
    ...statusBarField,
    component: ContractStageField,
    displayName: _t("Contract Stage"),
    supportedTypes: ["many2one"],
    fieldDependencies: [{name: "stage_color", type: "integer", readonly: true}],
};

registry.category("fields").add("contract_stage", contractStageField);
