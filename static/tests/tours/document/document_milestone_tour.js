import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const PDF = [
    "%PDF-1.4",
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj",
    "trailer<</Root 1 0 R>>",
    "%%EOF",
].join("\n");
const ROW = ".o_contract_documents .o_data_row";

/**
 * Makes files as a browser gives them when a folder is chosen.
 *
 * @param {string[]} paths
 * @returns {File[]}
 */
function makeFiles(paths) {
    return paths.map((path) => {
        const name = path.split("/").pop();
        const file = new File([PDF], name, {type: "application/pdf"});
        Object.defineProperty(file, "webkitRelativePath", {value: path});
        return file;
    });
}

/**
 * Holds a file over a part of the page, or drops it there.
 *
 * @param {string} type of the event
 * @param {string} target a selector
 */
function drag(type, target) {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([PDF], "terms.pdf", {type: "application/pdf"}));
    document
        .querySelector(target)
        .dispatchEvent(
            new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer})
        );
}

const openTab = (name) => ({
    content: `open the tab ${name}`,
    trigger: `.o_notebook .nav-link[name='${name}']`,
    run: "click",
});

const ask = (name) => [
    openTab("other"),
    {
        content: "ask for what the contract does not use yet",
        trigger: `.o_field_widget[name='shows_${name}'] input`,
        run: "click",
    },
    openTab(name),
];

tours.add("customer_contract_folder", {
    steps: () => [
        ...ask("documents"),
        {
            content: "add a folder",
            trigger: ".o_contract_folder_add",
            run() {
                const input = document.querySelector(".o_contract_folder_input");
                const files = makeFiles([
                    "Plans/Cellar/heating.pdf",
                    "Plans/roof.pdf",
                    "Plans/.DS_Store",
                ]);
                Object.defineProperty(input, "files", {value: files});
                Object.defineProperty(input, "value", {value: "", writable: true});
                input.dispatchEvent(new Event("change"));
            },
        },
        {
            content:
                "they keep their folders, and what the system left there is not added",
            trigger: `${ROW}:eq(1)`,
        },
        {
            trigger: `.o_contract_documents:not(:contains('.DS_Store')) .o_data_row:contains('heating.pdf'):contains('Plans/Cellar')`,
        },
        {
            content: "drop another file",
            trigger: ".o_contract_documents",
            run: () => drag("dragenter", ".o_contract_documents"),
        },
        {
            trigger: ".o_contract_documents_drop",
            run: () => drag("drop", ".o_contract_documents_drop"),
        },
        {
            trigger: `${ROW}:contains('terms.pdf')`,
        },
        {
            content: "a bad file is refused with its reason, and the others are kept",
            trigger: ".o_contract_documents_add",
            run() {
                const transfer = new DataTransfer();
                transfer.items.add(new File([""], "nothing.pdf"));
                const input = document.querySelector(".o_contract_documents_input");
                input.files = transfer.files;
                input.dispatchEvent(new Event("change"));
            },
        },
        {
            trigger:
                ".o_notification:contains('nothing.pdf was not added'):contains('is empty')",
        },
        {
            content: "show all",
            trigger: ".o_contract_documents_show:contains('Show all')",
            run: "click",
        },
        {
            trigger: `.o_contract_documents:has(.o_data_row:eq(2) .o_contract_portal_bar):has(.o_data_row:eq(0) .o_contract_portal_bar)`,
        },
        {
            content: "select all and none",
            trigger: ".o_contract_documents thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_contract_documents .o_data_row_selected:eq(2)",
        },
        {
            trigger: ".o_contract_documents thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_contract_documents:not(:has(.o_data_row_selected))",
        },
        {
            content: "select one and hide it",
            trigger: `${ROW}:contains('roof.pdf') .o_list_record_selector input`,
            run: "click",
        },
        {
            trigger: ".o_contract_documents_hide:contains('Hide selected')",
            run: "click",
        },
        {
            trigger: `${ROW}:contains('roof.pdf'):not(:has(.o_contract_portal_bar))`,
        },
        {
            trigger: `${ROW}:contains('terms.pdf'):has(.o_contract_portal_bar)`,
        },
        {
            content: "look at it",
            trigger: `${ROW}:contains('roof.pdf') .o_contract_document_preview`,
            run: "click",
        },
        {
            trigger: ".o-FileViewer iframe[src*='contract%2Fdocument']",
        },
        {
            trigger: ":iframe #viewer .page",
        },
        {
            trigger: ".o-FileViewer [aria-label='Close']",
            run: "click",
        },
        ...ask("milestones"),
        {
            content: "add a milestone",
            trigger: "[name='milestone_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger:
                "[name='milestone_ids'] .o_selected_row [name='date'] input, [name='milestone_ids'] .o_selected_row [name='date'] button",
            run: "click",
        },
        {
            trigger: "[name='milestone_ids'] .o_selected_row [name='date'] input",
            run: "edit 01/31/2031",
        },
        {
            trigger: "[name='milestone_ids'] .o_selected_row [name='name'] input",
            run: "edit Heating installed",
        },
        {
            trigger: "[name='milestone_ids'] .o_selected_row [name='share'] input",
            run: "edit 25 && click [name='milestone_ids'] .o_selected_row [name='name'] input",
        },
        {
            content: "the amount follows",
            trigger:
                "[name='milestone_ids'] .o_selected_row [name='amount'] input:value(300.00)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "reach it",
            trigger: "[name='milestone_ids'] .o_data_row button[name='action_reach']",
            run: "click",
        },
        {
            trigger: "[name='milestone_ids'] .o_data_row:contains('Reached')",
        },
    ],
});

tours.add("customer_contract_portal_plan", {
    steps: () => [
        {
            content: "the milestones in order, the next one marked",
            trigger:
                ".o_contract_milestones li:eq(0):contains('Ovens delivered'):contains('Reached')",
        },
        {
            trigger:
                ".o_contract_milestones li[aria-current='step']:contains('Ovens installed')",
        },
        {
            content: "the folder and its files",
            trigger: ".o_contract_files h3:contains('Drawings / Cellar')",
        },
        {
            content: "a picture is shown small",
            trigger: ".o_contract_thumbnail img[alt='Preview of oven.jpg']",
            run({anchor}) {
                if (!anchor.complete || !anchor.naturalWidth) {
                    throw new Error("The picture is not shown.");
                }
            },
        },
        {
            content: "nothing is fetched before somebody asks for it",
            trigger: ".o_contract_preview iframe:not([src])",
        },
        {
            trigger:
                ".o_contract_file:contains('plan.pdf') .o_contract_preview summary",
            run: "click",
        },
        {
            trigger:
                ".o_contract_preview[open] iframe[src*='/document/'][title*='plan.pdf']",
        },
        {
            trigger:
                ".o_contract_file:contains('oven.jpg') .o_contract_preview summary",
            run: "click",
        },
        {
            trigger: ".o_contract_preview[open] img[src*='/document/'][alt='oven.jpg']",
        },
    ],
});
