import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const CLOSED = "body:not(:has(.modal))";

// The manager shares a draft, meets a contact of another company, and looks at the
// page as an observer sees it.
tours.add("customer_contract_share", {
    steps: () => [
        {
            content: "open the cog menu",
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "share the draft",
            trigger: ".o-dropdown--menu .dropdown-item:contains('Show in Portal')",
            run: "click",
        },
        {
            content: "the requester is named",
            trigger:
                ".modal .o_field_widget[name='requester_id'] input:value(Rick Requester)",
        },
        {
            content: "look for somebody of another company",
            trigger: ".modal .o_field_widget[name='observer_ids'] input",
            run: "edit Otto Outsider",
        },
        {
            content: "choose that person",
            trigger: ".ui-autocomplete .dropdown-item:contains('Otto Outsider')",
            run: "click",
        },
        {
            content: "the dialog tells why that is not possible",
            trigger: ".modal .alert-danger:contains('Zenith Mills')",
        },
        {
            content: "and where it could be corrected",
            trigger: ".modal button[name='action_open_outsider']",
        },
        {
            content: "share nevertheless",
            trigger:
                ".modal .modal-footer button[name='action_confirm']:contains('Share')",
            run: "click",
        },
        {
            content: "it is refused",
            trigger: ".o_error_dialog:contains('cannot observe')",
        },
        {
            content: "close the message",
            trigger: ".o_error_dialog .modal-footer button",
            run: "click",
        },
        {
            content: "take the person out again",
            trigger:
                ".modal .o_field_widget[name='observer_ids'] .o_tag:contains('Otto Outsider') .o_delete",
            run: "click",
        },
        {
            content: "nothing is wrong any more",
            trigger: ".modal:not(:has(.alert-danger:visible))",
        },
        {
            content: "look for a colleague of the requester",
            trigger: ".modal .o_field_widget[name='observer_ids'] input",
            run: "edit Olga Observer",
        },
        {
            content: "choose the colleague",
            trigger: ".ui-autocomplete .dropdown-item:contains('Olga Observer')",
            run: "click",
        },
        {
            content: "share",
            trigger:
                ".modal .modal-footer button[name='action_confirm']:contains('Share')",
            run: "click",
        },
        {
            content: "the form shows the green mark",
            trigger: `${CLOSED} .oe_stat_button:contains('In Portal')`,
        },
        {
            content: "look at it as somebody else",
            trigger: ".o_form_statusbar button[name='action_open_preview']",
            run: "click",
        },
        {
            content: "as the requester, to begin with",
            trigger: ".modal .o_field_widget[name='part']:contains('Requester')",
        },
        {
            content: "close the dialog",
            trigger: ".modal .modal-footer button:contains('Close')",
            run: "click",
        },
        {content: "back on the form", trigger: `${CLOSED} .o_form_view`},
    ],
});

// The manager tries to sign for the customer in a preview.
tours.add("customer_contract_preview_as", {
    steps: () => [
        {
            content: "the banner tells as whom",
            trigger: ".o_contract_preview_banner:contains('Preview as Carla Customer')",
        },
        {
            content: "the customer's button is there",
            trigger: ".o_contract_actions .o_contract_sign_button",
        },
        {
            content: "ask a question in the customer's name",
            trigger: "#contract_question",
            run: "edit Is this me?",
        },
        {
            content: "send it",
            trigger:
                "form[action*='/preview/']:has(#contract_question) button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "nothing was done",
            trigger: ".o_contract_preview_refused:contains('Nothing was done')",
        },
        {
            content: "go back",
            trigger: ".o_contract_preview_refused a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the preview goes on",
            trigger: ".o_contract_preview_banner ~ *, .o_contract_page",
        },
    ],
});

// The administrator looks at the customers, and lets a company's people see more.
tours.add("customer_contract_portal_customers", {
    steps: () => [
        {
            content: "the colleague sees nothing so far",
            trigger:
                ".o_data_row:contains('Colin Colleague') td[name='portal_contract_count']:contains('0')",
        },
        {
            content: "see what the customer sees",
            trigger:
                ".o_data_row:contains('Carla Customer') button:contains('What They See')",
            run: "click",
        },
        {
            content: "exactly that",
            trigger: ".o_data_row:contains('Maintenance Agreement')",
        },
    ],
});
