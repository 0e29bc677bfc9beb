import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_contract_field_hidden", {
    steps: () => [
        {
            content: "The contract is there",
            trigger: ".o_field_widget[name='title']",
        },
        {
            content: "Its amount is not",
            trigger: ".o_form_view:not(:has([name='amount_total']))",
        },
        {
            content: "The rest can be written",
            trigger: ".o_field_widget[name='title'] textarea",
            run: "edit Written without the amount",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "Back to the list",
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            trigger:
                ".o_list_view:not(:has([name='amount_total'])), .o_kanban_view:not(:has([name='amount_total']))",
        },
    ],
});
