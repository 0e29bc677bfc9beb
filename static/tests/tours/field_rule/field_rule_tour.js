import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_contract_field_rule", {
    steps: () => [
        {
            content: "A new rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Choose the field",
            trigger: ".o_field_widget[name='field_name'] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(/^Amount$/)",
            run: "click",
        },
        {
            content: "Hide it",
            trigger: ".o_field_widget[name='access'] input[data-value='hidden']",
            run: "click",
        },
        {
            content: "From all but those who see all contracts",
            trigger: ".o_field_widget[name='exempt_group_ids'] input",
            run: "edit All Contracts",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(All Contracts)",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved",
        },
    ],
});

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
