import {Attachment} from "@mail/core/common/attachment_model";
import {patch} from "@web/core/utils/patch";

/** What proves a contract cannot be deleted, so that no trash can offers it. */
patch(Attachment.prototype, {
    /** @override */
    get isDeletable() {
        return !this.contract_evidence && super.isDeletable;
    },
});
