import {registry} from "@web/core/registry";

const NO_USE = ["Stars", "Button", "Video", "Youtube"];

registry.category("web_tour.tours").add("customer_contract_section_menu", {
    steps: () => [
        {
            content: "write in a section",
            trigger: ".o_contract_section:eq(0) .o_contract_section_body",
            run: "click",
        },
        {
            content: "open the editor's menu",
            trigger: ".o_contract_section_edited .odoo-editor-editable",
            run: ({anchor}) => {
                anchor.focus();
                document.getSelection().selectAllChildren(anchor.lastElementChild);
                document.getSelection().collapseToEnd();
                document.execCommand("insertText", false, "/");
            },
        },
        {
            content:
                "it offers what a contract is made of, and nothing that paper lacks",
            trigger:
                ".o-we-powerbox:contains(Checklist):contains(Heading 1):contains(Link)",
            run: ({anchor}) => {
                const names = [...anchor.querySelectorAll(".o-we-command-name")];
                const offered = names.map((name) => name.textContent.trim());
                const wrong = offered.filter((name) =>
                    NO_USE.some((word) => name.includes(word))
                );
                if (!offered.length || wrong.length) {
                    throw new Error(`The menu offers: ${offered.join(", ")}`);
                }
            },
        },
    ],
});
