import {registry} from "@web/core/registry";

const openTab = (name) => ({
    content: `open the tab ${name}`,
    trigger: `.o_notebook .nav-link[name='${name}']`,
    run: "click",
});

const saved = {
    content: "it is saved",
    trigger: ".o_form_saved",
};

const writeSection = (title, text) => [
    {
        content: "add a section",
        trigger: ".o_contract_section_add",
        run: "click",
    },
    {
        content: "write its title",
        trigger: ".o_contract_section_edited [name='title'] input:value()",
        run: `edit ${title}`,
    },
    {
        content: "write its text",
        trigger: ".o_contract_section_edited .odoo-editor-editable",
        run: `editor ${text}`,
    },
];

const signByName = (name) => [
    {
        content: "type the name",
        trigger: ".modal .o_web_sign_name_and_signature input[name='signer']",
        run: `edit ${name}`,
    },
    {
        content: "the signature is made from it",
        trigger: ".modal canvas.o_web_sign_signature",
        run: "canvasNotEmpty",
    },
    {
        content: "the button says what it does",
        trigger: ".modal button[name='action_sign']:contains('I sign contract CTR/')",
        run: "click",
    },
    {
        content: "the Signature tab shows the signature",
        trigger: `body:not(:has(.modal)) .o_contract_signatures:contains('${name}')`,
    },
];

registry.category("web_tour.tours").add("customer_contract_manager", {
    steps: () => [
        {
            content: "write a contract",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "give it a title",
            trigger: ".o_field_widget[name='title'] textarea",
            run: "edit Maintenance of Ovens",
        },
        {
            content: "look for the customer",
            trigger: ".o_field_widget[name='partner_id'] input",
            run: "edit Aurora Bakery",
        },
        {
            content: "choose the customer",
            trigger: ".o-autocomplete--dropdown-item:contains('Aurora Bakery')",
            run: "click",
        },
        ...writeSection("Scope", "We maintain the ovens."),
        ...writeSection("Price", "The price is fixed for a year."),
        openTab("signature"),
        {
            content: "who signs is proposed",
            trigger:
                ".o_field_widget[name='participant_ids']:contains('Carla Customer')",
        },
        {
            content: "sign, while the last text is not yet saved",
            trigger: ".o_notebook button[name='action_open_sign']",
            run: "click",
        },
        ...signByName("Mona M. Manager"),
        {
            content: "the badge says that we signed",
            trigger: ".o_form_sheet .badge:contains('Signed by Us')",
        },
        {
            content: "send",
            trigger:
                ".o_statusbar_buttons button[name='action_open_send'].btn-primary:contains('Send')",
            run: "click",
        },
        {
            content: "the mail goes to whoever is next",
            trigger:
                ".modal [name='partner_ids']:contains('Carla Customer'):not(:contains('Mona'))",
        },
        {
            content: "the mail can be edited",
            trigger: ".modal [name='body'] .odoo-editor-editable",
            run: "editor Dear Carla, please sign.",
        },
        {
            trigger: ".modal button[name='action_send_mail']",
            run: "click",
        },
        {
            content: "it is out for signature",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains('Needs Signature')",
        },
        openTab("contract"),
        {
            content: "and its text is closed",
            trigger:
                ".o_contract_sections_readonly:not(:has(button)):contains('maintain')",
        },
    ],
});

// Nobody wants to click more often than this from an empty form to a contract that is out.
const MOST_CLICKS = 8;

registry.category("web_tour.tours").add("customer_contract_new_to_sent", {
    steps: () => {
        const steps = [
            {
                content: "write a contract",
                trigger: ".o_list_button_add, .o-kanban-button-new",
                run: "click",
            },
            {
                content: "the main button is right before anything is saved",
                trigger:
                    ".o_statusbar_buttons button.btn-primary:contains('Sign & Send')",
            },
            {
                trigger: ".o_field_widget[name='title'] textarea",
                run: "edit Maintenance of Ovens",
            },
            {
                trigger: ".o_field_widget[name='partner_id'] input",
                run: "edit Aurora Bakery",
            },
            {
                trigger: ".o-autocomplete--dropdown-item:contains('Aurora Bakery')",
                run: "click",
            },
            ...writeSection("Scope", "We maintain the ovens."),
            {
                content: "sign and send in one go",
                trigger:
                    ".o_statusbar_buttons button.btn-primary:contains('Sign & Send')",
                run: "click",
            },
            {
                trigger: ".modal canvas.o_web_sign_signature",
                run: "canvasNotEmpty",
            },
            {
                trigger: ".modal button[name='action_sign']",
                run: "click",
            },
            {
                content: "the mail follows by itself",
                trigger: ".modal [name='partner_ids']:contains('Carla Customer')",
            },
            {
                trigger: ".modal button[name='action_send_mail']",
                run: "click",
            },
            {
                trigger:
                    "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains('Needs Signature')",
            },
        ];
        const clicks = steps.filter((step) => step.run === "click").length;
        if (clicks > MOST_CLICKS) {
            throw new Error(`${clicks} clicks from New to sent`);
        }
        return steps;
    },
});

const openCog = {
    content: "open the cog menu",
    trigger: ".o_cp_action_menus button:has(.fa-cog)",
    run: "click",
};

registry.category("web_tour.tours").add("customer_contract_cog", {
    steps: () => [
        openCog,
        {
            content: "what makes no sense now is not offered",
            trigger:
                ".o-dropdown--menu:contains('Cancel Contract'):not(:contains('Terminate')):not(:contains('New Version'))",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains('Cancel Contract')",
            run: "click",
        },
        {
            trigger: ".modal [name='reason'] textarea",
            run: "edit No longer needed",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "and no state that it never had looks passed",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status:has(.o_arrow_button_current:contains('Cancelled')):not(:contains('Signed')):not(:contains('Needs'))",
        },
        openCog,
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains('New Version')",
        },
    ],
});

registry.category("web_tour.tours").add("customer_contract_identity_check", {
    steps: () => [
        openTab("signature"),
        {
            trigger: ".o_notebook button[name='action_open_sign']",
            run: "click",
        },
        {
            content: "a wrong password does not help",
            trigger: ".modal [name='password'] input",
            run: "edit wrong",
        },
        {
            trigger: ".modal button[name='run_check']",
            run: "click",
        },
        {
            trigger:
                ".modal:contains('Incorrect Password') .btn-primary:contains('Close')",
            run: "click",
        },
        {
            trigger: ".modal [name='password'] input",
            run: "edit contract_manager",
        },
        {
            trigger: ".modal button[name='run_check']",
            run: "click",
        },
        ...signByName("Mona Manager"),
    ],
});

registry.category("web_tour.tours").add("customer_contract_sections", {
    steps: () => [
        {
            content: "open a text by clicking it",
            trigger: ".o_contract_section:eq(1) .o_contract_section_body",
            run: "click",
        },
        {
            trigger: ".o_contract_section:eq(1) .odoo-editor-editable",
            run: "editor The price is 1,300.",
        },
        {
            content: "the last typed text is saved",
            trigger: ".o_form_button_save",
            run: "click",
        },
        saved,
        {
            content: "move by keyboard",
            trigger:
                ".o_contract_section:eq(1):contains('1,300') .o_contract_section_up",
            run: "click",
        },
        {
            trigger: ".o_contract_section:eq(0):contains('1,300')",
        },
        {
            content: "add one in between",
            trigger: ".o_contract_section:eq(0) .o_contract_section_insert",
            run: "click",
        },
        {
            trigger:
                ".o_contract_section:eq(1).o_contract_section_edited [name='title'] input",
            run: "edit Term",
        },
        {
            content: "delete, but not by accident",
            trigger:
                ".o_contract_section:eq(2):contains('Scope') .o_contract_section_delete",
            run: "click",
        },
        {
            trigger: ".modal .btn-danger:contains('Delete')",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_contract_sections:not(:contains('Scope'))",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_contract_section:eq(1):contains('Term')",
        },
        saved,
        {
            content: "what is discarded is gone",
            trigger: ".o_contract_section:eq(0) .o_contract_section_body",
            run: "click",
        },
        {
            trigger: ".o_contract_section:eq(0) .odoo-editor-editable",
            run: "editor Nonsense",
        },
        {
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger:
                ".o_contract_section:eq(0):contains('1,300'):not(:contains('Nonsense'))",
        },
    ],
});

registry.category("web_tour.tours").add("customer_contract_documents", {
    steps: () => [
        openTab("other"),
        {
            content: "documents appear for whoever asks for them",
            trigger: ".o_field_widget[name='shows_documents'] input",
            run: "click",
        },
        openTab("documents"),
        {
            content: "add two files at once",
            trigger: ".o_contract_documents_add",
            run() {
                const files = new DataTransfer();
                for (const name of ["Floor plan.txt", "Terms.txt"]) {
                    files.items.add(new File([name], name, {type: "text/plain"}));
                }
                const input = document.querySelector(".o_contract_documents_input");
                input.files = files.files;
                input.dispatchEvent(new Event("change"));
            },
        },
        {
            trigger: ".o_contract_documents .o_data_row:eq(1):contains('Terms.txt')",
        },
        {
            content: "show one in the portal",
            trigger:
                ".o_contract_documents .o_data_row:eq(0) [name='portal_visible'] .o-checkbox",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        saved,
    ],
});
