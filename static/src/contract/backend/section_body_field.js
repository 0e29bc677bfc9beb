import {HtmlField} from "@html_editor/fields/html_field";

/**
 * The text of a section: Odoo's editor, which tells the document when it is ready.
 */
export class SectionBodyField extends HtmlField {
    onEditorLoad(editor) {
        super.onEditorLoad(editor);
        // The editor exists now, its element will once it is mounted.
        requestAnimationFrame(() => {
            if (!editor.isDestroyed) {
                this.env.onSectionEditorReady?.(editor, this.props.record);
            }
        });
    }
}
