import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_contract_portal_chatter", {
    steps: () => [
        {
            content: "What the manager wrote to the customer is there",
            trigger: "#chatterRoot:shadow .o-mail-Message:contains(Welcome aboard)",
            timeout: 60000, // the first time, the messages' own scripts are made
        },
        {
            content: "What the manager noted is not",
            trigger: "#chatterRoot:shadow .o-mail-Thread:not(:contains(SECRET))",
        },
        {
            content: "Ask something",
            trigger: "#chatterRoot:shadow .o-mail-Composer-input",
            run: "edit When do you start?",
        },
        {
            trigger: "#chatterRoot:shadow .o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            trigger: "#chatterRoot:shadow .o-mail-Message:contains(When do you start?)",
        },
    ],
});
