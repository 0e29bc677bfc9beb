import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const DIALOG = "#contract_dispute.show";

function fitsScreen(trigger) {
    return {
        content: "The page fits the screen",
        trigger,
        run() {
            const {scrollWidth} = document.documentElement;
            if (scrollWidth > window.innerWidth) {
                throw new Error(`The page is ${scrollWidth} pixels wide`);
            }
        },
    };
}

tours.add("customer_contract_dispute", {
    steps: () => [
        {
            content: "All three actions are offered, to sign first",
            trigger: ".o_contract_actions:has(.o_contract_paper)",
        },
        {
            trigger: ".o_contract_actions .o_contract_dispute",
            run: "click",
        },
        {
            content: "Say what it is about",
            trigger: `${DIALOG} select[name='category_id']`,
            run: "selectByLabel Price or payment",
        },
        {
            content: "and which part of the contract",
            trigger: `${DIALOG} select[name='clause']`,
            run: "selectByLabel 2. Price",
        },
        {
            trigger: `${DIALOG} textarea[name='reason']`,
            run: "edit The price is too high.",
        },
        {
            content: "Attach two photos",
            trigger: `${DIALOG} input[name='files']`,
            async run() {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 300;
                canvas.getContext("2d").fillText("offer", 10, 50);
                const blob = await new Promise((resolve) =>
                    canvas.toBlob(resolve, "image/jpeg")
                );
                const files = new DataTransfer();
                for (const name of ["one.jpg", "two.jpg"]) {
                    files.items.add(new File([blob], name, {type: "image/jpeg"}));
                }
                this.anchor.files = files.files;
            },
        },
        {
            trigger: `${DIALOG} button[type='submit']`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The thread shows what was sent",
            trigger: ".o_contract_thread:contains(too high):contains(two.jpg)",
        },
        {
            content: "and nothing can be signed for now",
            trigger: "body:not(:has(.o_contract_sign_button))",
        },
        fitsScreen(".o_contract_thread"),
        {
            content: "Write again",
            trigger: ".o_contract_thread textarea[name='answer']",
            run: "edit It was 1,100 in the offer.",
        },
        {
            trigger: ".o_contract_thread form[action$='/reply'] button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_contract_thread:contains(1,100 in the offer)",
        },
    ],
});

tours.add("customer_contract_dispute_settled", {
    steps: () => [
        {
            content: "The answer stands in the thread",
            trigger: ".o_contract_thread_message:contains(It includes parts)",
        },
        {
            trigger: ".o_contract_settled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(can be signed again)",
        },
        {
            content: "Now it can be signed",
            trigger: ".o_contract_sign_button:visible",
            run: "click",
        },
        {
            trigger: "#contract_sign.show #contract_consent",
            run: "check",
        },
        {
            trigger: "#contract_sign.show canvas",
            run: "canvasNotEmpty",
        },
        {
            trigger: "#contract_sign.show .o_contract_sign_submit",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(you have signed)",
        },
    ],
});

tours.add("customer_contract_in_person", {
    steps: () => [
        {
            content: "Start on the device that was handed over",
            trigger: ".o_contract_in_person_go",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "There is no way to other pages",
            trigger: ".o_contract_in_person_bar:contains(Mona Manager)",
            run() {
                if (document.querySelector("header#top, .o_footer, .breadcrumb")) {
                    throw new Error("Other pages can be reached");
                }
            },
        },
        fitsScreen(".o_contract_document"),
        {
            trigger: ".o_contract_sign_button:visible",
            run: "click",
        },
        {
            content: "The name is typed by the signer",
            trigger: "#contract_sign.show input[name='signer']:value()",
            run: "edit Carla Customer",
        },
        {
            trigger: "#contract_sign.show #contract_consent",
            run: "check",
        },
        {
            trigger: "#contract_sign.show canvas",
            run: "canvasNotEmpty",
        },
        {
            trigger: "#contract_sign.show .o_contract_sign_submit",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_contract_in_person_over:contains(Thank you, Carla Customer)",
        },
        {
            trigger: ".o_contract_in_person_over:contains(Please hand the device back)",
        },
    ],
});
