import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("customer_contract_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='customer_contract.menu_root']",
            content: _t("Write, send and sign your contracts here."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='customer_contract.menu_contract']",
            content: _t(
                "What waits for you is the first page. All contracts are here, too."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='customer_contract.menu_contracts']",
            content: _t("Open the list of contracts."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_list_button_add",
            content: _t("Write your first contract."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='title'] :is(input, textarea)",
            content: _t("Say what the contract is about."),
            tooltipPosition: "bottom",
            run: "edit Maintenance Agreement",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='partner_id'] input",
            content: _t("Choose the counterparty, or write a new name to add it."),
            tooltipPosition: "bottom",
            run: "edit Aurora Bakery",
        },
        {
            isActive: ["auto"],
            trigger: ".ui-menu-item > a:contains('Aurora Bakery')",
            run: "click",
        },
        {
            trigger: ".o_form_button_save:visible, .o_form_view .o_form_saved",
            content: _t(
                "Save it. Its main button then leads on: sign, send or submit."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_form_view .o_form_saved",
        },
    ],
});
