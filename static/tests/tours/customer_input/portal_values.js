import {registry} from "@web/core/registry";

const FORM = ".o_contract_values_form";
const DIALOG = "#contract_sign.show";
const tours = registry.category("web_tour.tours");

function sign() {
    return [
        {
            content: "Now it can be signed",
            trigger: ".o_contract_sign_button:visible",
            run: "click",
        },
        {
            trigger: `${DIALOG} canvas`,
            run: "canvasNotEmpty",
        },
        {
            trigger: `${DIALOG} #contract_consent`,
            run: "check",
        },
        {
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(you have signed)",
        },
    ];
}

tours.add("customer_contract_values_desktop", {
    steps: () => [
        {
            content: "Signing comes after the details",
            trigger:
                ".o_contract_actions .o_contract_to_details:contains(Accept & Sign)",
            run: "click",
        },
        {
            trigger: "body:not(:has(#contract_sign))",
        },
        {
            content: "A wrong value is marked while one types",
            trigger: `${FORM} input[name='ovens']`,
            run: "edit 99",
        },
        {
            trigger: `${FORM} .o_contract_value_error.d-block:contains(20)`,
        },
        {
            trigger: `${FORM} input[name='ovens'][aria-invalid='true']`,
        },
        {
            content: "It cannot be confirmed",
            trigger: ".o_contract_values_confirm",
            run: "click",
        },
        {
            trigger: ".o_contract_values_problem:contains(marked)",
        },
        {
            trigger: `${FORM} input[name='ovens']:value(99)`,
        },
        {
            content: "Go back to the text",
            trigger: ".o_contract_dialog.show [data-bs-dismiss='modal']",
            run: "click",
        },
        {
            content: "Correct it where it stands in the text",
            trigger: ".o_contract_value_button[data-name='ovens']",
            run: "click",
        },
        {
            trigger: ".o_contract_value_inline input",
            run: "edit 7",
        },
        {
            trigger: ".o_contract_value_inline button",
            run: "click",
        },
        {
            trigger: ".o_contract_value_unconfirmed:contains(7)",
        },
        {
            content: "The list follows",
            trigger:
                ".o_contract_actions .o_contract_to_details:contains(Accept & Sign)",
            run: "click",
        },
        {
            trigger: `${FORM} input[name='ovens']:value(7)`,
        },
        {
            trigger: `${FORM} select[name='weekend_service']`,
            run: "select true",
        },
        {
            trigger: ".o_contract_values_status:contains(kept)",
        },
        {
            content: "Confirm",
            trigger: ".o_contract_values_confirm",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The new version is shown",
            trigger: ".alert-success:contains(version 2)",
        },
        {
            trigger: ".o_contract_document:contains(We deliver 7 ovens)",
        },
        {
            content: "with the clause that follows from it",
            trigger: ".o_contract_section:contains(Weekends)",
        },
        // the dialog to sign has come by itself
        ...sign().slice(1),
    ],
});

tours.add("customer_contract_values_phone", {
    steps: () => [
        {
            content: "What there is to do is within reach",
            trigger: ".o_contract_bottom_bar .o_contract_to_details",
            run: "click",
        },
        {
            content: "What was typed at the last visit is there again",
            trigger: `${FORM} textarea[name='remarks']:value(By the back door)`,
        },
        {
            content: "A change that has to be accepted",
            trigger: `${FORM} select[name='carrier']`,
            run: "select post",
        },
        {
            trigger: ".o_contract_values_confirm",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_contract_values:contains(waits to be accepted)",
        },
        {
            trigger: ".o_contract_values ins:contains(Post)",
        },
        {
            content: "Take it back",
            trigger: ".o_contract_values_withdraw",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `${FORM} select[name='carrier']:value(post)`,
            run: "select own_van",
        },
        {
            content: "Nothing is wider than the phone",
            trigger: "body",
            run() {
                if (document.documentElement.scrollWidth > window.innerWidth) {
                    throw new Error("The page is wider than the screen");
                }
            },
        },
        {
            trigger: ".o_contract_values_confirm",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_contract_document:contains(Price)",
        },
        ...sign(),
    ],
});

tours.add("customer_contract_values_conflict", {
    steps: () => [
        {
            trigger: `${FORM} input[name='ovens']`,
            run: "edit 8",
        },
        {
            content: "Somebody else has confirmed other values in the meantime",
            trigger: ".o_contract_values_confirm",
            run: "click",
        },
        {
            trigger: ".o_contract_value_conflict:contains(to 4)",
        },
        {
            content: "One's own is still there",
            trigger: `${FORM} input[name='ovens']:value(8)`,
        },
        {
            trigger: ".o_contract_values_reload",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Both are shown in the new version as well",
            trigger: ".o_contract_value_conflict:contains(to 4)",
        },
        {
            trigger: `${FORM} input[name='ovens']:value(8)`,
        },
        {
            trigger: ".o_contract_value_take",
            run: "click",
        },
        {
            trigger: `${FORM} input[name='ovens']:value(4)`,
        },
        {
            trigger: ".o_contract_values_confirm",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(confirmed)",
        },
    ],
});
