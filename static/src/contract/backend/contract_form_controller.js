import {registry} from "@web/core/registry";
import {evaluateBooleanExpr} from "@web/core/py_js/py";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {processButton} from "@web/views/utils";

// Between what Odoo puts before (duplicate) and the archive
const SEQUENCE = 35;

/**
 * Puts the buttons in the form's `cog_menu` into the cog menu.
 *
 * What is done once in a contract's life needs no place among its buttons. What cannot be
 * deleted is not offered to be.
 */
export class ContractFormController extends FormController {
    setup() {
        super.setup();
        const nodes = this.archInfo.xmlDoc.querySelectorAll(".o_contract_cog > button");
        this.cogButtons = [...nodes].map(processButton);
    }

    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        const {isAvailable} = items.delete;
        items.delete.isAvailable = () =>
            isAvailable() && this.model.root.data.is_deletable !== false;
        this.cogButtons.forEach((button, index) => {
            items[`contract_${index}`] = {
                isAvailable: () =>
                    !evaluateBooleanExpr(
                        button.invisible,
                        this.model.root.evalContextWithVirtualIds
                    ),
                sequence: SEQUENCE,
                icon: `fa ${button.icon}`,
                description: button.string,
                callback: () => this.clickCogButton(button),
            };
        });
        return items;
    }

    clickCogButton({clickParams}) {
        const record = this.model.root;
        return this.env.onClickViewButton({
            clickParams,
            getResParams: () => ({
                context: record.context,
                evalContext: record.evalContext,
                resModel: record.resModel,
                resId: record.resId,
                resIds: record.resIds,
            }),
        });
    }
}

registry.category("views").add("customer_contract_form", {
    ...formView,
    Controller: ContractFormController,
});
