// Enough to read print of A4, and a fifth of what cameras make.
const LONGEST_SIDE = 2400;
const QUALITY = 0.85;
const LARGE = 1_500_000;

/**
 * Makes a photo as small as a page needs, and a JPEG. Some phones take photos that only
 * they can read: the browser can, if any program can.
 *
 * @param {File} file
 * @returns {Promise<Blob>} the smaller picture, or the file itself where there is none
 */
export async function shrinkPicture(file) {
    const isForeign = !["image/jpeg", "image/png"].includes(file.type);
    if (!file.type.startsWith("image/") || (!isForeign && file.size < LARGE)) {
        return file;
    }
    try {
        const picture = await createImageBitmap(file, {imageOrientation: "from-image"});
        const longest = Math.max(picture.width, picture.height);
        const scale = Math.min(1, LONGEST_SIDE / longest);
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(picture.width * scale);
        canvas.height = Math.round(picture.height * scale);
        const context = canvas.getContext("2d");
        context.fillStyle = "white";
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.drawImage(picture, 0, 0, canvas.width, canvas.height);
        picture.close();
        const smaller = await new Promise((resolve) =>
            canvas.toBlob(resolve, "image/jpeg", QUALITY)
        );
        return smaller && (isForeign || smaller.size < file.size) ? smaller : file;
    } catch (error) {
        console.warn(error);
        return file;
    }
}
