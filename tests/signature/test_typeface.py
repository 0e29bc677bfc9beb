from odoo.tests import tagged

from ..portal.common import ContractPortalCommon

CODE = """
(async () => {
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    const path = "@customer_contract/signature/portal/signature_typeface";
    for (let i = 0; i < 100 && !odoo.loader.modules.get(path); i++) {
        await wait(100);
    }
    const {findTypeface} = odoo.loader.modules.get(path);
    const {rpc} = odoo.loader.modules.get("@web/core/network/rpc");
    const fonts = await rpc("/web/sign/get_fonts/LaBelleAurore-Regular.ttf");
    const facts = {
        latin: Boolean(await findTypeface(fonts, "Carla Customer")),
        comma: Boolean(await findTypeface(fonts, "\\u0218tefan \\u021aurcanu")),
        chinese: Boolean(await findTypeface(fonts, "\\u738b\\u5c0f\\u660e")),
        mixed: Boolean(await findTypeface(fonts, "Carla \\u738b")),
    };
    for (let i = 0; i < 100 && !window.Modal; i++) {
        await wait(100);
    }
    window.Modal.getOrCreateInstance(document.querySelector("#contract_sign")).show();
    for (let i = 0; i < 50 && !document.querySelector("#contract_sign canvas"); i++) {
        await wait(200);
    }
    await wait(800);
    const name = document.querySelector("input[name='signer']");
    const measure = () => {
        const canvas = document.querySelector("#contract_sign canvas");
        const {data, width, height} = canvas
            .getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height);
        let [left, right, top, bottom] = [width, 0, height, 0];
        for (let i = 3; i < data.length; i += 4) {
            if (data[i] > 60) {
                const [x, y] = [((i - 3) / 4) % width, Math.floor((i - 3) / 4 / width)];
                [left, right] = [Math.min(left, x), Math.max(right, x)];
                [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
            }
        }
        return (right - left) / (bottom - top);
    };
    const type = async (text) => {
        name.value = text;
        name.dispatchEvent(new Event("input", {bubbles: true}));
        await wait(2500);
        return measure();
    };
    // What is one letter wide is not drawn out over the field, and stays so in a long name.
    facts.square = Math.abs((await type("\\u738b")) - 1) < 0.35;
    facts.long = (await type("\\u738b".repeat(8))) > 6;
    const requested = performance
        .getEntriesByType("resource")
        .filter((one) => one.name.endsWith("/web/sign/get_fonts/")).length;
    facts.others = requested === 1;
    const wanted = {
        latin: true, comma: false, chinese: false, mixed: false, square: true, long: true,
        others: true,
    };
    if (JSON.stringify(facts) === JSON.stringify(wanted)) {
        console.log("test successful");
    } else {
        console.error(JSON.stringify(facts));
    }
})();
"""


@tagged("post_install", "-at_install")
class TestTypeface(ContractPortalCommon):
    """A typed name is drawn in one typeface that has all its letters, as they are."""

    def test_whole_names(self):
        contract = self._create_sent_contract()
        self.browser_js(contract.access_url, CODE, login="contract_customer", timeout=120)
