import {registry} from "@web/core/registry";

const SIGNED = "%PDF-1.4 the signed contract of the tour";
const UNSIGNED = "%PDF-1.4 the unsigned contract of the tour";

function holdFile(content) {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], "contract.pdf", {type: "application/pdf"}));
    return transfer;
}

function drop(content, selector = ".o_contract_drop") {
    const values = {dataTransfer: holdFile(content), bubbles: true, cancelable: true};
    const target = document.querySelector(selector);
    for (const type of ["dragenter", "dragover", "drop"]) {
        target.dispatchEvent(new DragEvent(type, values));
    }
}

function checkWidth() {
    const {scrollWidth, clientWidth} = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} pixels wide on ${clientWidth}`);
    }
}

registry.category("web_tour.tours").add("customer_contract_verification", {
    url: "/contract/verify",
    steps: () => [
        {
            content: "A file that is no contract is refused, and stays here",
            trigger: ".o_contract_verification_page .o_contract_drop",
            run() {
                checkWidth();
                drop("%PDF-1.4 something else");
            },
        },
        {
            content: "The result is read out",
            trigger:
                ".o_contract_result[role=status][aria-live=polite][data-result=danger]:contains(No contract of ours)",
        },
        {
            content: "The signed contract leads to its page",
            trigger: ".o_contract_drop",
            run: () => drop(SIGNED),
            expectUnloadPage: true,
        },
        {
            content: "There it is recognized",
            trigger:
                ".o_contract_result[data-result=success]:contains(This is the signed contract, unchanged)",
            run: checkWidth,
        },
        {
            content: "A changed file is refused, wherever it is dropped",
            trigger: "h1:contains(Contract)",
            run: () => drop(`${SIGNED} `, "h1"),
        },
        {
            trigger: ".o_contract_result[data-result=danger]:contains(it was changed)",
            run: checkWidth,
        },
        {
            content: "A file that is chosen with the keyboard is compared as well",
            trigger: "label[for=contract_file]",
            run() {
                const input = document.querySelector("#contract_file");
                input.files = holdFile(UNSIGNED).files;
                input.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            trigger:
                ".o_contract_result[data-result=warning]:contains(This is version 1)",
        },
        {
            content: "Without a secure connection, the person is told so",
            trigger: ".o_contract_drop",
            run() {
                Object.defineProperty(window.crypto, "subtle", {value: undefined});
                drop(SIGNED);
            },
        },
        {
            trigger:
                ".o_contract_result[data-result=warning]:contains(cannot check files)",
        },
    ],
});

registry.category("web_tour.tours").add("customer_contract_verification_code", {
    url: "/contract/verify",
    steps: () => [
        {
            content: "A code that does not exist",
            trigger: "input[name=code]",
            run: "edit AAAA AAAA AAAA AAAA AAAA AAAA",
        },
        {
            trigger: ".o_contract_verification_page button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "[role=alert]:contains(No contract has this code)",
        },
        {
            content: "What was typed is still there",
            trigger: "input[name=code]:value(AAAAAAAAAAAAAAAAAAAAAAAA)",
            run: checkWidth,
        },
    ],
});
