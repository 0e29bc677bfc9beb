import {registry} from "@web/core/registry";

const DIALOG = "#contract_decline.show";

registry.category("web_tour.tours").add("customer_contract_code_decline", {
    steps: () => [
        {
            content: "Open the other actions",
            trigger: ".o_contract_more",
            run: "click",
        },
        {
            trigger: "[data-bs-target='#contract_decline']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: `${DIALOG} textarea[name='reason']`,
            run: "edit We found another supplier.",
        },
        {
            trigger: `${DIALOG} .o_contract_send_code`,
            run: "click",
        },
        {
            content: "It was sent, and the field is ready for it",
            trigger: `${DIALOG} [role='status']:contains(The code was sent to)`,
        },
        {
            content: "A wrong code",
            trigger: `${DIALOG} input[name='code']`,
            run: "edit 111111",
        },
        {
            trigger: `${DIALOG} button[type='submit']`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Is refused, and the reason is still there",
            trigger: `${DIALOG} [role='alert']:contains(This code is not right)`,
        },
        {
            trigger: `${DIALOG} textarea[name='reason']:value(We found another supplier.)`,
        },
        {
            trigger: `${DIALOG} input[name='code']`,
            run: "edit 024680",
        },
        {
            trigger: `${DIALOG} button[type='submit']`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_contract_notice:contains(This contract was declined)",
        },
    ],
});
