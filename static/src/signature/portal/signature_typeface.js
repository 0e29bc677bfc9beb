/**
 * The typeface in which a typed name is drawn: one that has all of its letters, so that
 * no letter comes from another one.
 */

// Of the system, where no typeface of ours has a name's letters
export const OF_SYSTEM = '"DejaVu Serif", "Noto Serif", "Times New Roman", serif';
const GENERICS = ["serif", "monospace"];
const MEASURED_SIZE = 100;
const loaded = new Map();

/**
 * Makes a typeface known to the browser.
 *
 * @param {string} font - its file, in base64
 * @returns {Promise<string>} its name
 */
function loadTypeface(font) {
    if (!loaded.has(font)) {
        const name = `contract_signature_${loaded.size}`;
        const face = new FontFace(name, `url(data:font/ttf;base64,${font})`);
        loaded.set(
            font,
            face.load().then(
                () => {
                    document.fonts.add(face);
                    return name;
                },
                () => ""
            )
        );
    }
    return loaded.get(font);
}

/**
 * Tells whether a typeface has each letter of a text. A letter that it has not is as wide
 * as in whatever stands behind it.
 *
 * @param {string} name - the typeface
 * @param {string} text
 * @returns {boolean}
 */
function hasLetters(name, text) {
    const context = document.createElement("canvas").getContext("2d");
    const measure = (family, letter) => {
        context.font = `${MEASURED_SIZE}px ${family}`;
        return context.measureText(letter).width;
    };
    return [...new Set(text.normalize("NFC"))]
        .filter((letter) => letter.trim())
        .every((letter) =>
            GENERICS.some(
                (generic) =>
                    measure(`"${name}", ${generic}`, letter) !==
                    measure(generic, letter)
            )
        );
}

/**
 * Finds a typeface that has all letters of a name.
 *
 * @param {string[]} fonts - files in base64, the wanted one first
 * @param {string} text - the name
 * @returns {Promise<string>} what stands for it in styles; nothing if none has
 */
export async function findTypeface(fonts, text) {
    for (const font of fonts) {
        const name = await loadTypeface(font);
        if (name && hasLetters(name, text)) {
            return `"${name}"`;
        }
    }
    return "";
}
