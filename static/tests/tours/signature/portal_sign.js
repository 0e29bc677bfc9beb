import {registry} from "@web/core/registry";

const DIALOG = "#contract_sign.show";
const tours = registry.category("web_tour.tours");

/**
 * Draws a zigzag across the signature field, as a finger would.
 *
 * @param {HTMLCanvasElement} canvas
 */
function draw(canvas) {
    const {left, top, width, height} = canvas.getBoundingClientRect();
    const send = (type, x, y) =>
        canvas.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                pointerId: 1,
                isPrimary: true,
                pressure: 0.5,
                buttons: 1,
                clientX: left + width * x,
                clientY: top + height * y,
            })
        );
    send("pointerdown", 0.1, 0.5);
    for (let step = 1; step <= 20; step++) {
        send("pointermove", 0.1 + 0.04 * step, step % 2 ? 0.3 : 0.7);
    }
    send("pointerup", 0.9, 0.5);
}

function thanks() {
    return [
        {
            content: "The signature is recorded",
            trigger: ".alert-success:contains(you have signed)",
        },
        {
            content: "The signed contract is announced",
            trigger: ".o_contract_done:contains(signed contract)",
        },
    ];
}

tours.add("customer_contract_portal_sign", {
    url: "/my",
    steps: () => [
        {
            content: "The contract that waits is announced",
            trigger: "#portal_alert_category a:contains(Contracts waiting for you)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open it from the list",
            trigger: ".o_contract_list a:contains(Maintenance Agreement)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Accept & Sign",
            trigger: ".o_contract_actions .o_contract_sign_button",
            run: "click",
        },
        {
            content: "Without a name",
            trigger: `${DIALOG} input[name='signer']`,
            run: "clear",
        },
        {
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
        },
        {
            content: "the form says kindly what is missing",
            trigger: `${DIALOG} [role='alert'] :contains(Please type your name)`,
        },
        {
            trigger: `${DIALOG} [role='alert'] :contains(Please tick the box)`,
        },
        {
            content: "Type the name",
            trigger: `${DIALOG} input[name='signer']`,
            run: "edit Carla Customer",
        },
        {
            trigger: `${DIALOG} canvas`,
            run: "canvasNotEmpty",
        },
        {
            content: "Draw instead",
            trigger: `${DIALOG} .o_web_sign_draw_button`,
            run: "click",
        },
        {
            trigger: `${DIALOG} #contract_consent`,
            run: "check",
        },
        {
            content: "An empty drawing is not sent",
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
        },
        {
            trigger: `${DIALOG} [role='alert'] :contains(Please sign)`,
        },
        {
            content: "Back to the typed signature",
            trigger: `${DIALOG} .o_web_sign_auto_button`,
            run: "click",
        },
        {
            trigger: `${DIALOG} canvas`,
            run: "canvasNotEmpty",
        },
        {
            content: "Sign",
            trigger: `${DIALOG} .o_contract_sign_submit:contains(I sign contract)`,
            run: "click",
            expectUnloadPage: true,
        },
        ...thanks(),
    ],
});

tours.add("customer_contract_phone_sign", {
    steps: () => [
        {
            content: "The page fits the screen",
            trigger: ".o_contract_document",
            run() {
                const {scrollWidth} = document.documentElement;
                if (scrollWidth > window.innerWidth) {
                    throw new Error(`The page is ${scrollWidth} pixels wide`);
                }
            },
        },
        {
            content: "Accept & Sign is within reach of the thumb",
            trigger: ".o_contract_bottom_bar .o_contract_sign_button",
            run: "click",
        },
        {
            trigger: `${DIALOG} .o_web_sign_draw_button`,
            run: "click",
        },
        {
            content: "Draw",
            trigger: `${DIALOG} canvas`,
            run() {
                draw(this.anchor);
            },
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
        ...thanks(),
    ],
});

tours.add("customer_contract_keyboard_sign", {
    steps: () => [
        {
            content: "Open the dialog with the keyboard",
            trigger: ".o_contract_actions .o_contract_sign_button",
            async run({press}) {
                this.anchor.focus();
                await press("Enter");
            },
        },
        {
            content: "Escape closes it, and the focus is back",
            trigger: `${DIALOG} input[name='signer']:focus`,
            run: "press Escape",
        },
        {
            trigger: "body:not(.modal-open) .o_contract_sign_button:focus",
            run: "press Enter",
        },
        {
            content: "The name has the focus; the signature is made from it",
            trigger: `${DIALOG} input[name='signer']:focus`,
        },
        {
            trigger: `${DIALOG} canvas`,
            run: "canvasNotEmpty",
        },
        {
            content: "Every control is reached with the Tab key",
            trigger: `${DIALOG} input[name='signer']:focus`,
            async run({press}) {
                const wanted = [
                    ".o_web_sign_auto_button",
                    ".o_web_sign_draw_button",
                    ".o_web_sign_load_button",
                    "[aria-label='Choose a style']",
                    "#contract_consent",
                ];
                for (const selector of wanted) {
                    await press("Tab");
                    if (!document.activeElement.matches(selector)) {
                        throw new Error(
                            `${selector} expected, ${document.activeElement.outerHTML} has the focus`
                        );
                    }
                }
                await press(" ");
            },
        },
        {
            content: "The box is ticked; the text of the consent can be read too",
            trigger: `${DIALOG} #contract_consent:checked:focus`,
            run: "press Tab",
        },
        {
            trigger: `${DIALOG} #contract_consent_text:focus`,
            run: "press Tab",
        },
        {
            trigger: `${DIALOG} .o_contract_sign_submit:focus`,
            run: "press Enter",
            expectUnloadPage: true,
        },
        ...thanks(),
    ],
});

tours.add("customer_contract_sign_again", {
    steps: () => [
        {
            trigger: ".o_contract_actions .o_contract_sign_button",
            run: "click",
        },
        {
            trigger: `${DIALOG} input[name='signer']`,
            run: "edit Carla C. Customer",
        },
        {
            trigger: `${DIALOG} #contract_consent`,
            run: "check",
        },
        {
            content: "The server is out of order",
            trigger: `${DIALOG} .o_contract_sign_submit`,
            run: "click",
        },
        {
            content: "The form says so, and keeps what was typed",
            trigger: `${DIALOG} .o_contract_sign_error:focus:contains(try again)`,
        },
        {
            trigger: `${DIALOG} input[name='signer']:value(Carla C. Customer)`,
        },
        {
            trigger: `${DIALOG} #contract_consent:checked`,
        },
        {
            content: "Then the contract was replaced by another version",
            trigger: `${DIALOG} .o_contract_sign_submit[aria-disabled='false']`,
            run: "click",
        },
        {
            trigger: `${DIALOG} .o_contract_changes ins:contains(negotiable)`,
        },
        {
            trigger: `${DIALOG} button:contains(Read the new version)`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_contract_document:contains(negotiable)",
        },
    ],
});
