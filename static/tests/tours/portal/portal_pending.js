import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_contract_portal_pending", {
    steps: () => [
        {
            content: "The page says that the file is being prepared, and nothing else",
            trigger: ".o_contract_done:contains(being prepared)",
            run: () => {
                window.contractPageWasHere = true;
                if (document.querySelector(".o_contract_signed_download")) {
                    throw new Error("a file is offered that is not there");
                }
                if (document.querySelector(".o_contract_download")) {
                    throw new Error("the bar offers a file that is not there");
                }
            },
        },
        {
            content: "It finds out by itself that the file is there",
            trigger: ".o_contract_done .o_contract_signed_download:visible",
            timeout: 20000,
        },
        {
            content: "So do the bar of actions, and screen readers",
            trigger: ".o_contract_actions .o_contract_download:visible",
        },
        {
            trigger: ".o_contract_ready:contains(is ready)",
            run: () => {
                const page = document.querySelector(".o_contract_page");
                if (page.textContent.includes("being prepared")) {
                    throw new Error("the page says two things at once");
                }
                if (!window.contractPageWasHere) {
                    throw new Error("the page was loaded anew");
                }
            },
        },
    ],
});
