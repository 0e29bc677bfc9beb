// What operating systems leave in folders is no document.
const LITTER = [".DS_Store", "Thumbs.db", "desktop.ini"];

/**
 * A file with the folder it came from.
 *
 * @param {File} file
 * @param {string} folder
 * @returns {object} the same, to be added to a contract
 */
function place(file, folder) {
    return {file, folder: folder.replace(/^\/+|\/+$/g, "")};
}

function isDocument({file}) {
    return !LITTER.includes(file.name) && !file.name.startsWith("._");
}

/**
 * @param {Iterable<File>} files chosen one by one or as a folder
 * @returns {object[]} the files with their folders
 */
export function getChosenFiles(files) {
    return [...files]
        .map((file) =>
            place(
                file,
                (file.webkitRelativePath || "").split("/").slice(0, -1).join("/")
            )
        )
        .filter(isDocument);
}

/**
 * Browsers give the content of a folder in portions.
 *
 * @param {FileSystemDirectoryEntry} directory
 * @returns {Promise<FileSystemEntry[]>} all that lies in it
 */
async function readDirectory(directory) {
    const reader = directory.createReader();
    const entries = [];
    let portion = [];
    do {
        portion = await new Promise((resolve, reject) =>
            reader.readEntries(resolve, reject)
        );
        entries.push(...portion);
    } while (portion.length);
    return entries;
}

async function readEntry(entry, folder) {
    if (entry.isFile) {
        const file = await new Promise((resolve, reject) =>
            entry.file(resolve, reject)
        );
        return [place(file, folder)];
    }
    const files = [];
    for (const child of await readDirectory(entry)) {
        files.push(...(await readEntry(child, `${folder}/${entry.name}`)));
    }
    return files;
}

/**
 * @param {DataTransfer} transfer what was dropped: files, folders or both
 * @returns {Promise<object[]>} the files with their folders
 */
export async function getDroppedFiles(transfer) {
    // The list of items is gone as soon as anything is waited for.
    const entries = [...transfer.items]
        .map((item) => item.webkitGetAsEntry?.())
        .filter(Boolean);
    if (!entries.length) {
        return getChosenFiles(transfer.files);
    }
    const files = [];
    for (const entry of entries) {
        files.push(...(await readEntry(entry, "")));
    }
    return files.filter(isDocument);
}
