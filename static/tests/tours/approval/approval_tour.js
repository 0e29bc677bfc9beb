import {registry} from "@web/core/registry";

// The manager reads what the contract will need, and submits it.
registry.category("web_tour.tours").add("customer_contract_submit", {
    steps: () => [
        {
            content: "the form tells what the contract will need",
            trigger: ".o_contract_approval_plan:contains('2 of 3 approvals')",
        },
        {
            content: "submit the contract",
            trigger: "button[name='action_open_send']:contains('Submit for Approval')",
            run: "click",
        },
        {
            content: "it says that the contract is frozen",
            trigger:
                ".modal:contains('frozen') .btn-primary:contains('Submit for Approval')",
            run: "click",
        },
        {
            content: "the contract is in approval",
            trigger: ".o_arrow_button_current:contains('In Approval')",
        },
        {
            content: "the plan has become steps",
            trigger: "body:not(:has(.o_contract_approval_plan:visible))",
        },
    ],
});

// An employee approves what waits.
registry.category("web_tour.tours").add("customer_contract_approve_inside", {
    steps: () => [
        {
            content: "approve the contract",
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "nothing is left to approve",
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(button[name='action_approve']))",
        },
    ],
});

// An employee has no time and passes the approval on.
registry.category("web_tour.tours").add("customer_contract_delegate_inside", {
    steps: () => [
        {
            content: "pass the contract on",
            trigger: "button[name='action_open_delegate']",
            run: "click",
        },
        {
            content: "look for the colleague",
            trigger: ".modal .o_field_widget[name='user_id'] input",
            run: "edit Cem Legal",
        },
        {
            content: "choose the colleague",
            trigger: ".ui-autocomplete .dropdown-item:contains('Cem Legal')",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit On leave",
        },
        {
            content: "confirm",
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "it is no longer this person's turn",
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(button[name='action_approve']))",
        },
    ],
});

// Somebody outside passes the contract on, with a first try that is refused.
registry.category("web_tour.tours").add("customer_contract_delegate_outside", {
    steps: () => [
        {
            content: "open the other actions",
            trigger: ".o_contract_more",
            run: "click",
        },
        {
            content: "pass the contract on",
            trigger: ".o_contract_delegate_button",
            run: "click",
        },
        {
            content: "name somebody of another company",
            trigger: "#contract_delegate.show input[name='name']",
            run: "edit Nora New",
        },
        {
            trigger: "#contract_delegate input[name='email']",
            run: "edit nora@elsewhere.example.com",
        },
        {
            trigger: "#contract_delegate textarea[name='reason']",
            run: "edit On leave",
        },
        {
            trigger: "#contract_delegate button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "what was typed is still there",
            trigger:
                "#contract_delegate.show:has(.alert-danger) input[name='name']:value('Nora New')",
        },
        {
            content: "correct the address",
            trigger: "#contract_delegate.show input[name='email']",
            run: "edit nora@aurora.example.com",
        },
        {
            trigger: "#contract_delegate.show button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the link is dead",
            trigger: "h1:contains('You passed this contract on')",
        },
    ],
});
