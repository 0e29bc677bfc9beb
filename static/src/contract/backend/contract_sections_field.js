import {
    Component,
    onWillPatch,
    useEffect,
    useRef,
    useState,
    useSubEnv,
} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSortable} from "@web/core/utils/sortable_owl";
import {Field} from "@web/views/fields/field";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {SectionBodyField} from "./section_body_field";
import {capturePlace, restorePlace} from "./editing_place";

/**
 * The sections of a contract as one document, edited where they stand.
 *
 * One section at a time is open for editing: its title and its text become inputs in
 * their place. Sections are moved by dragging, or with buttons by keyboard.
 */
export class ContractSectionsField extends Component {
    static template = "customer_contract.SectionsField";
    static components = {Field};
    static props = {
        ...standardFieldProps,
        archInfo: Object,
        context: Object,
    };

    setup() {
        this.dialog = useService("dialog");
        this.root = useRef("root");
        this.state = useState({announcement: ""});
        this.place = null;
        this.lastPlace = null;
        this.fieldInfo = this.prepareFieldInfo();
        useSubEnv({onSectionEditorReady: (editor, section) => this.onReady(section)});
        useSortable({
            enable: () => this.canEdit,
            ref: this.root,
            elements: ".o_contract_section",
            handle: ".o_contract_section_handle",
            cursor: "grabbing",
            onDrop: ({element, previous}) =>
                this.moveAfter(this.findById(element.dataset.id), previous?.dataset.id),
        });
        // Saving replaces all records by what the server returns: writing goes on
        // where it was, as after saving in any text editor.
        onWillPatch(() => {
            this.lastPlace = this.capturePlace();
        });
        useEffect(
            () => {
                if (this.lastPlace && this.lastPlace.list !== this.list) {
                    this.resumeEditing(this.lastPlace);
                }
            },
            () => [this.list]
        );
        // The editor announces itself when it is ready; the title's input does not.
        useEffect(
            () => {
                if (this.place && this.place.part === "title") {
                    this.goToPlace();
                }
            },
            () => [this.editedSection?.id]
        );
    }

    prepareFieldInfo() {
        const nodes = Object.values(this.props.archInfo.fieldNodes);
        const {title, body, ...others} = Object.fromEntries(
            nodes.map((node) => [node.name, node])
        );
        return {
            ...others,
            title,
            body: {...body, field: {...body.field, component: SectionBodyField}},
        };
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    get sections() {
        return this.list.records;
    }

    get canEdit() {
        return !this.props.readonly;
    }

    get editedSection() {
        return this.canEdit ? this.list.editedRecord : undefined;
    }

    isEdited(section) {
        return this.canEdit && section.isInEdition;
    }

    isBodyEmpty(section) {
        const body = String(section.data.body || "");
        return !body.replace(/<(?!img)[^>]*>|&nbsp;|\s/g, "");
    }

    getLabel(section) {
        const number = this.getNumber(section);
        const title = section.data.title;
        return title
            ? _t("Section %(number)s: %(title)s", {number, title})
            : _t("Section %s", number);
    }

    getConditionText(section) {
        return _t("Only if %s", section.data.condition_summary);
    }

    get canHaveConditions() {
        return Boolean(
            this.fieldInfo.condition_field_id &&
                this.props.record.data.has_custom_fields
        );
    }

    getNumber(section) {
        return this.list.offset + this.sections.indexOf(section) + 1;
    }

    findById(id) {
        return this.sections.find((section) => section.id === id);
    }

    findElement(section) {
        return this.root.el?.querySelector(
            `.o_contract_section[data-id="${section.id}"]`
        );
    }

    // --------------------------------------------------------------------------
    // Where one writes
    // --------------------------------------------------------------------------

    /**
     * Opens a section for editing, unless it is open.
     *
     * @param {object} section - the record
     * @param {object} place - which part to go to, and where in it
     */
    async edit(section, place) {
        if (!this.canEdit || section.isInEdition) {
            return;
        }
        this.place = {...place, id: section.id};
        await this.list.enterEditMode(section);
    }

    onClickPart(ev, section, part) {
        if (ev.target.closest("a")) {
            // links of the text are not followed while writing
            ev.preventDefault();
        }
        return this.edit(section, {part, point: {x: ev.clientX, y: ev.clientY}});
    }

    /**
     * Leads from the title on to the text, and by Escape out of the section: the editor
     * keeps the tab key for itself.
     *
     * @param {KeyboardEvent} ev
     * @param {object} section - the record
     */
    async onKeydown(ev, section) {
        if (!this.isEdited(section)) {
            return;
        }
        const element = this.findElement(section);
        const isTitle = ev.target.tagName === "INPUT";
        if (isTitle && (ev.key === "Enter" || (ev.key === "Tab" && !ev.shiftKey))) {
            ev.preventDefault();
            ev.stopPropagation();
            element.querySelector(".odoo-editor-editable")?.focus();
        } else if (ev.key === "Escape" && !document.querySelector(".o-we-powerbox")) {
            ev.stopPropagation();
            await this.list.leaveEditMode({canAbandon: false});
            requestAnimationFrame(() =>
                this.findElement(section)
                    ?.querySelector(".o_contract_section_edit")
                    ?.focus()
            );
        }
    }

    onReady(section) {
        if (this.place?.part === "body" && this.place.id === section.id) {
            this.goToPlace();
        }
    }

    goToPlace() {
        const section = this.findById(this.place.id);
        const element = section && this.findElement(section);
        const target = element?.querySelector(
            this.place.part === "title"
                ? "[name='title'] input"
                : ".odoo-editor-editable"
        );
        if (target) {
            restorePlace(target, this.place);
            this.place = null;
        }
    }

    capturePlace() {
        const section = this.list.editedRecord;
        const element = section && this.findElement(section);
        const place = element && capturePlace(element);
        return place
            ? {
                  ...place,
                  list: this.list,
                  index: this.sections.indexOf(section),
                  contractId: this.props.record.resId,
              }
            : null;
    }

    resumeEditing({index, contractId, ...place}) {
        const isSameContract = !contractId || contractId === this.props.record.resId;
        const section = this.sections[index];
        if (section && isSameContract) {
            this.edit(section, place);
        }
    }

    // --------------------------------------------------------------------------
    // Adding, moving, deleting
    // --------------------------------------------------------------------------

    /**
     * Adds a section and opens it.
     *
     * @param {object} [after] - the record it comes after; the last one if left out
     */
    async add(after) {
        const leaves = await this.list.leaveEditMode();
        if (!leaves) {
            return;
        }
        const index = after ? this.sections.indexOf(after) : this.sections.length - 1;
        const {context} = this.props;
        const section =
            index < 0 || index === this.sections.length - 1
                ? await this.list.addNewRecord({
                      context,
                      mode: "edit",
                      position: "bottom",
                  })
                : await this.list.addNewRecordAtIndex(index, {context});
        this.place = {part: "title", id: section.id};
        this.goToPlace();
    }

    /**
     * Moves a section to behind another one.
     *
     * @param {object} section - the record to move
     * @param {string} [previousId] - the record it shall come after; none: to the front
     */
    async moveAfter(section, previousId) {
        await this.list.leaveEditMode({canAbandon: false});
        await this.list.resequence(section.id, previousId || null);
        this.state.announcement = _t(
            "%(section)s, now number %(number)s of %(count)s",
            {
                section: section.data.title || _t("Section"),
                number: this.getNumber(section),
                count: this.list.count,
            }
        );
    }

    async move(section, step) {
        const index = this.sections.indexOf(section);
        const target = this.sections[index + (step < 0 ? -2 : 1)];
        if (index + step < 0 || index + step >= this.sections.length) {
            return;
        }
        await this.moveAfter(section, target?.id);
        const button = step < 0 ? "up" : "down";
        requestAnimationFrame(() => {
            const element = this.findElement(section);
            element?.querySelector(`.o_contract_section_${button}`)?.focus();
            element?.scrollIntoView({block: "nearest"});
        });
    }

    onDelete(section) {
        if (!section.data.title && this.isBodyEmpty(section) && !section.isInEdition) {
            return this.list.delete(section);
        }
        return this.dialog.add(ConfirmationDialog, {
            title: _t("Delete section"),
            body: _t(
                "%s and its text are removed from this contract.",
                this.getLabel(section)
            ),
            confirmLabel: _t("Delete"),
            confirmClass: "btn-danger",
            confirm: () => this.list.delete(section),
            cancel: () => {},
        });
    }
}

export const contractSectionsField = {
    component: ContractSectionsField,
    displayName: _t("Contract Sections"),
    supportedTypes: ["one2many"],
    useSubView: true,
    additionalClasses: ["w-100"],
    extractProps: ({views, viewMode}, {context}) => ({
        archInfo: views[viewMode],
        context,
    }),
};

registry.category("fields").add("contract_sections", contractSectionsField);
