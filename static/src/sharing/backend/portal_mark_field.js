import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * A green bar at the left of the name of what the other party can see.
 */
export class PortalMarkField extends Component {
    static template = "customer_contract.PortalMarkField";
    static props = {...standardFieldProps};
}

export const portalMarkField = {
    component: PortalMarkField,
    displayName: _t("Portal Mark"),
    supportedTypes: ["boolean"],
    isEmpty: () => false,
    listViewWidth: 12,
};

registry.category("fields").add("contract_portal_mark", portalMarkField);
