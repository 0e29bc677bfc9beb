import {registry} from "@web/core/registry";

const DIALOG = "#contract_sign.show";

registry.category("web_tour.tours").add("customer_contract_code_sign", {
    steps: () => [
        {
            content: "Accept & Sign",
            trigger: ".o_contract_actions .o_contract_sign_button",
            run: "click",
        },
        {
            content: "The name is there; agree",
            trigger: `${DIALOG} #contract_consent`,
            run: "check",
        },
        {
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
        },
        {
            content: "The code is missing",
            trigger: `${DIALOG} [role='alert'] :contains(Please enter the code)`,
        },
        {
            trigger: `${DIALOG} .o_contract_send_code`,
            run: "click",
        },
        {
            content: "It was sent",
            trigger: `${DIALOG} [role='status']:contains(The code was sent)`,
        },
        {
            content: "A wrong code keeps everything",
            trigger: `${DIALOG} #contract_code`,
            run: "edit 111111",
        },
        {
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
        },
        {
            trigger: `${DIALOG} [role='alert'] :contains(This code is not right)`,
        },
        {
            trigger: `${DIALOG} #contract_consent:checked`,
        },
        {
            content: "The right code",
            trigger: `${DIALOG} #contract_code`,
            run: "edit 024680",
        },
        {
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(you have signed)",
        },
    ],
});
