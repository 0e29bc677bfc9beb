import {registry} from "@web/core/registry";

const FORM = ".o_contract_paper_form";
const tours = registry.category("web_tour.tours");

/**
 * Fetches files that the test has laid ready.
 *
 * @param {string[]} names
 * @returns {Promise<DataTransfer>}
 */
async function takeFiles(names) {
    const transfer = new DataTransfer();
    for (const name of names) {
        const response = await fetch(`/contract_tour/${name}`);
        const blob = await response.blob();
        const type = name.endsWith(".pdf") ? "application/pdf" : "image/jpeg";
        transfer.items.add(new File([blob], name, {type}));
    }
    return transfer;
}

/**
 * Chooses files as a person does in the dialog of the system, or with the camera.
 *
 * @param {HTMLInputElement} input
 * @param {string[]} names
 */
async function choose(input, names) {
    input.files = (await takeFiles(names)).files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
}

function start() {
    return [
        {
            content: "Download & Sign",
            trigger: ".o_contract_actions .o_contract_paper",
            run: "click",
        },
        {
            content: "It is chosen when it is confirmed",
            trigger: "#contract_to_paper.show button:contains(Download & Proceed)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Signing electronically stays possible until the paper is sent",
            trigger: ".o_contract_actions .o_contract_esign:contains(Accept & Sign)",
        },
        {
            content: "The contract to print is a PDF",
            trigger: `${FORM} .o_contract_paper_download`,
            async run({anchor}) {
                const response = await fetch(anchor.href);
                if (response.headers.get("Content-Type") !== "application/pdf") {
                    throw new Error(`no PDF: ${response.status}`);
                }
            },
        },
    ];
}

function arrived() {
    return [
        {
            content: "Send it",
            trigger: `${FORM} .o_contract_paper_send:enabled`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has arrived",
            trigger: ".o_contract_notice:contains(Your signed contract has arrived)",
        },
    ];
}

tours.add("customer_contract_paper", {
    steps: () => [
        ...start(),
        {
            content: "Nothing is sent without pages",
            trigger: `${FORM} .o_contract_paper_send`,
            run: "click",
        },
        {
            trigger: `${FORM} [role='alert']:contains(add the signed pages)`,
        },
        {
            content: "A wrong file is named; the right ones are there",
            trigger: `${FORM} .o_contract_paper_files input`,
            run: ({anchor}) =>
                choose(anchor, ["page3.jpg", "program.jpg", "page1.jpg"]),
        },
        {
            trigger: `${FORM} [role='alert']:contains(program.jpg: This is a program)`,
        },
        {
            content: "The pages put themselves in order",
            trigger: `${FORM} .o_contract_paper_page:nth-child(1):contains(Page 1 of 3)`,
        },
        {
            trigger: `${FORM} .o_contract_paper_page:nth-child(2):contains(Page 3 of 3)`,
        },
        {
            content: "What is missing is told",
            trigger: `${FORM} .o_contract_paper_problems:contains(Page 2 of the contract is missing)`,
        },
        {
            content: "A page of another contract",
            trigger: `${FORM} .o_contract_paper_files input`,
            run: ({anchor}) => choose(anchor, ["foreign.jpg"]),
        },
        {
            trigger: `${FORM} .o_contract_paper_problems:contains(page of another document)`,
        },
        {
            content: "is taken out again",
            trigger: `${FORM} .o_contract_paper_page:nth-child(3) .o_contract_paper_remove`,
            run: "click",
        },
        {
            trigger: `${FORM} .o_contract_paper_pages:not(:has(li:nth-child(3)))`,
        },
        {
            content: "A scan is dropped",
            trigger: `${FORM} .o_contract_paper_drop`,
            async run({anchor}) {
                const dataTransfer = await takeFiles(["page2.pdf"]);
                anchor.dispatchEvent(
                    new DragEvent("drop", {
                        dataTransfer,
                        bubbles: true,
                        cancelable: true,
                    })
                );
            },
        },
        {
            trigger: `${FORM} .o_contract_paper_complete:contains(All pages are there)`,
        },
        {
            content: "What was typed stays",
            trigger: `${FORM} #paper_name`,
            run: "edit Carla C. Customer",
        },
        {
            content: "Order can be changed by hand",
            trigger: `${FORM} .o_contract_paper_page:nth-child(1) .o_contract_paper_later`,
            run: "click",
        },
        {
            trigger: `${FORM} .o_contract_paper_problems:contains(not in the contract's order)`,
        },
        {
            trigger: `${FORM} .o_contract_paper_page:nth-child(2):contains(Page 1) .o_contract_paper_earlier`,
            run: "click",
        },
        {
            trigger: `${FORM} .o_contract_paper_complete`,
        },
        ...arrived(),
        {
            content: "The mind can still be changed",
            trigger: ".o_contract_notice .o_contract_esign",
        },
    ],
});

tours.add("customer_contract_paper_phone", {
    steps: () => [
        ...start(),
        ...["page1.jpg", "page2.jpg", "page3.jpg"].flatMap((name, index) => [
            {
                content: "Take a photo",
                trigger: `${FORM} .o_contract_paper_camera input[capture='environment']`,
                run: ({anchor}) => choose(anchor, [name]),
            },
            {
                trigger: `${FORM} .o_contract_paper_page:nth-child(${index + 1})`,
            },
        ]),
        {
            trigger: `${FORM} .o_contract_paper_complete`,
        },
        {
            content: "Each page is shown, and nothing is wider than the phone",
            trigger: FORM,
            async run({anchor}) {
                for (const picture of anchor.querySelectorAll("img")) {
                    await picture.decode();
                }
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`${page.scrollWidth} is too wide`);
                }
            },
        },
        ...arrived(),
    ],
});

tours.add("customer_contract_paper_review", {
    steps: () => [
        {
            content: "The form says what is to do",
            trigger:
                ".o_statusbar_buttons button.btn-primary:contains(Check the Signed Paper)",
            run: "click",
        },
        {
            content: "Scan and version stand side by side",
            trigger:
                ".o_contract_paper_compare > div:first-child iframe.o_pdfview_iframe",
        },
        {
            trigger:
                ".o_contract_paper_compare > div:last-child iframe.o_pdfview_iframe",
        },
        {
            trigger: ".alert-warning:contains(Page 3 of the contract is missing)",
        },
        {
            content: "A reason is asked for",
            trigger: "button[name='action_open_accept']",
            run: "click",
        },
        {
            trigger: ".modal [name='reason']:visible textarea",
            run: "edit The original lies in our safe.",
        },
        {
            trigger: ".modal button[name='action_confirm']:visible",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Accepted)",
        },
    ],
});
