/**
 * The signature on a photo: as people see it, before they sign with it. The server does
 * the same with photos that come another way (tools/signature_picture.py).
 */

const MOST_SIDE = 1200;
// How much darker than its paper a pixel is that counts as ink: not at all, and fully
const FAINT = 28;
const FULL = 80;
// Paper is looked at in squares of so many pixels
const SQUARE = 24;
const MARGIN = 0.04;
// A photo whose ink is so much higher than wide was taken with the phone turned
const UPRIGHT = 1.5;
// What spans so much of both sides goes around the signature
const AROUND = 0.85;
// What has no more pixels is dirt
const MOST_SPECK = 20;

function makeCanvas(width, height) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, {width, height});
    return canvas;
}

/**
 * Turns a picture clockwise.
 *
 * @param {HTMLImageElement|HTMLCanvasElement} picture
 * @param {number} quarters - how many quarters of a turn
 * @returns {HTMLCanvasElement}
 */
export function turnPicture(picture, quarters) {
    const {width, height} = picture;
    const canvas = quarters % 2 ? makeCanvas(height, width) : makeCanvas(width, height);
    const context = canvas.getContext("2d");
    context.translate(canvas.width / 2, canvas.height / 2);
    context.rotate((quarters * Math.PI) / 2);
    context.drawImage(picture, -width / 2, -height / 2);
    return canvas;
}

/**
 * Measures how bright the paper is in each square: thin lines do not make it darker.
 *
 * @param {Uint8ClampedArray} grey
 * @param {number} width
 * @param {number} height
 * @returns {Function} the brightness under a pixel
 */
function findPaper(grey, width, height) {
    const columns = Math.max(Math.floor(width / SQUARE), 1);
    const rows = Math.max(Math.floor(height / SQUARE), 1);
    const brightest = new Uint8ClampedArray(columns * rows);
    for (let y = 0; y < height; y++) {
        const row = Math.min(Math.floor((y * rows) / height), rows - 1);
        for (let x = 0; x < width; x++) {
            const at =
                row * columns +
                Math.min(Math.floor((x * columns) / width), columns - 1);
            brightest[at] = Math.max(brightest[at], grey[y * width + x]);
        }
    }
    const get = (column, row) =>
        brightest[
            Math.min(Math.max(row, 0), rows - 1) * columns +
                Math.min(Math.max(column, 0), columns - 1)
        ];
    return (x, y) => {
        const column = ((x + 0.5) * columns) / width - 0.5;
        const row = ((y + 0.5) * rows) / height - 0.5;
        const [left, top] = [Math.floor(column), Math.floor(row)];
        const [right, down] = [column - left, row - top];
        return (
            (get(left, top) * (1 - right) + get(left + 1, top) * right) * (1 - down) +
            (get(left, top + 1) * (1 - right) + get(left + 1, top + 1) * right) * down
        );
    };
}

/**
 * Forgets what lies around the signature: the paper's edge, a table, a finger. That is
 * what touches the picture's edge, or goes all around. If nothing would be left,
 * everything stays.
 *
 * @param {Uint8ClampedArray} opacity - changed in place
 * @param {number} width
 * @param {number} height
 */
function dropSurroundings(opacity, width, height) {
    // 0: not looked at yet, 1: kept, 2: dropped
    const marks = new Uint8Array(width * height);
    let isAnythingKept = false;
    for (let start = 0; start < opacity.length; start++) {
        if (marks[start] || opacity[start] <= 24) {
            continue;
        }
        const part = [start];
        marks[start] = 1;
        let [left, top, right, bottom] = [width, height, 0, 0];
        for (let index = 0; index < part.length; index++) {
            const [x, y] = [part[index] % width, Math.floor(part[index] / width)];
            [left, right] = [Math.min(left, x), Math.max(right, x)];
            [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
            for (const [nextX, nextY] of [
                [x - 1, y],
                [x + 1, y],
                [x, y - 1],
                [x, y + 1],
            ]) {
                const next = nextY * width + nextX;
                const isInside =
                    nextX >= 0 && nextY >= 0 && nextX < width && nextY < height;
                if (isInside && !marks[next] && opacity[next] > 24) {
                    marks[next] = 1;
                    part.push(next);
                }
            }
        }
        const touches = !left || !top || right === width - 1 || bottom === height - 1;
        const surrounds =
            right - left > AROUND * width && bottom - top > AROUND * height;
        if (touches || surrounds) {
            part.forEach((at) => (marks[at] = 2));
        } else {
            isAnythingKept = isAnythingKept || part.length > MOST_SPECK;
        }
    }
    if (isAnythingKept) {
        marks.forEach((mark, at) => (opacity[at] = mark === 2 ? 0 : opacity[at]));
    }
}

/**
 * Returns the signature on a photo, upright and cut to its ink, without the paper.
 *
 * @param {HTMLImageElement} picture - turned as the phone was held, as browsers do
 * @returns {HTMLCanvasElement} the picture as it is if it is no photo, or has no ink
 */
export function takeInkOffPaper(picture) {
    const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
    const width = Math.max(Math.round(picture.width * scale), 1);
    const height = Math.max(Math.round(picture.height * scale), 1);
    const canvas = makeCanvas(width, height);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0, width, height);
    const image = context.getImageData(0, 0, width, height);
    const {data} = image;
    const grey = new Uint8ClampedArray(width * height);
    for (let at = 0; at < grey.length; at++) {
        if (data[at * 4 + 3] < 255) {
            return canvas;
        }
        grey[at] =
            0.299 * data[at * 4] + 0.587 * data[at * 4 + 1] + 0.114 * data[at * 4 + 2];
    }
    const getPaper = findPaper(grey, width, height);
    const opacity = new Uint8ClampedArray(grey.length);
    for (let at = 0; at < grey.length; at++) {
        const darker = getPaper(at % width, Math.floor(at / width)) - grey[at];
        opacity[at] = ((darker - FAINT) * 255) / (FULL - FAINT);
    }
    dropSurroundings(opacity, width, height);
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let at = 0; at < opacity.length; at++) {
        data[at * 4 + 3] = opacity[at];
        if (opacity[at] > 96) {
            const [x, y] = [at % width, Math.floor(at / width)];
            [left, right] = [Math.min(left, x), Math.max(right, x)];
            [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
        }
    }
    if (right < 0) {
        return canvas;
    }
    context.putImageData(image, 0, 0);
    const margin = Math.max(
        Math.round(MARGIN * Math.max(right - left, bottom - top)),
        2
    );
    const cut = makeCanvas(
        right - left + 1 + 2 * margin,
        bottom - top + 1 + 2 * margin
    );
    cut.getContext("2d").drawImage(canvas, margin - left, margin - top);
    return bottom - top > UPRIGHT * (right - left) ? turnPicture(cut, 3) : cut;
}
