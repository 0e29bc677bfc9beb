import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/** A form that offers to delete only what can be deleted. */
export class ContractFormController extends FormController {
    /** @override */
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        const {isAvailable} = items.delete;
        items.delete.isAvailable = () =>
            isAvailable() && this.model.root.data.is_deletable !== false;
        return items;
    }
}

registry.category("views").add("customer_contract_form", {
    ...formView,
    Controller: ContractFormController,
});
