import {HtmlField} from "@html_editor/fields/html_field";
import {LinkPlugin} from "@html_editor/main/link/link_plugin";
import {StarPlugin} from "@html_editor/main/star_plugin";
import {VideoPlugin} from "@html_editor/main/media/video_plugin";
import {YoutubePlugin} from "@html_editor/main/youtube_plugin";

/**
 * Links as the editor makes them, without its buttons: paper has none to press.
 */
class SectionLinkPlugin extends LinkPlugin {
    resources = {
        ...this.resources,
        powerbox_items: this.resources.powerbox_items.filter(
            (item) => !item.commandParams
        ),
        power_buttons: [],
    };
}

// What no paper shows
const NO_USE = [StarPlugin, VideoPlugin, YoutubePlugin];

/**
 * The text of a section: Odoo's editor, which tells the document when it is ready.
 */
export class SectionBodyField extends HtmlField {
    getConfig() {
        const config = super.getConfig();
        return {
            ...config,
            allowVideo: false,
            Plugins: config.Plugins.filter((plugin) => !NO_USE.includes(plugin)).map(
                (plugin) => (plugin === LinkPlugin ? SectionLinkPlugin : plugin)
            ),
        };
    }

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
