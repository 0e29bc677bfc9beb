/**
 * Remembers where in an element somebody writes, so that writing can go on there
 * after the element was made anew.
 */

function getPath(root, node) {
    const path = [];
    for (let current = node; current !== root; current = current.parentNode) {
        path.unshift([...current.parentNode.childNodes].indexOf(current));
    }
    return path;
}

function followPath(root, path) {
    let node = root;
    for (const index of path) {
        if (!node.childNodes[index]) {
            break;
        }
        node = node.childNodes[index];
    }
    return node;
}

/**
 * @param {HTMLElement} element - holds a title's input and an editor
 * @returns {object | null} the part that has the focus, and where in it
 */
export function capturePlace(element) {
    const active = document.activeElement;
    if (!active || !element.contains(active)) {
        return null;
    }
    if (active.tagName === "INPUT") {
        return {part: "title", offset: active.selectionStart};
    }
    const editable = active.closest(".odoo-editor-editable");
    const {anchorNode, anchorOffset} = document.getSelection();
    if (!editable || !editable.contains(anchorNode)) {
        return null;
    }
    return {part: "body", path: getPath(editable, anchorNode), offset: anchorOffset};
}

function findCaret(element, {path, offset, point}) {
    if (path) {
        const node = followPath(element, path);
        const length =
            node.nodeType === Node.TEXT_NODE ? node.length : node.childNodes.length;
        return {node, offset: Math.min(offset, length)};
    }
    if (point && document.caretRangeFromPoint) {
        const range = document.caretRangeFromPoint(point.x, point.y);
        if (range && element.contains(range.startContainer)) {
            return {node: range.startContainer, offset: range.startOffset};
        }
    }
    return null;
}

/**
 * @param {HTMLElement} element - a title's input, or an editor
 * @param {object} place - from `capturePlace`, or the point that was clicked
 */
export function restorePlace(element, place) {
    const caret = element.tagName === "INPUT" ? null : findCaret(element, place);
    element.focus();
    if (element.tagName === "INPUT") {
        const offset = place.offset ?? element.value.length;
        element.setSelectionRange(offset, offset);
    } else if (caret) {
        document.getSelection().collapse(caret.node, caret.offset);
    } else {
        document.getSelection().selectAllChildren(element);
        document.getSelection().collapseToEnd();
    }
}
