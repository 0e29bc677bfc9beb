import {CalendarController} from "@web/views/calendar/calendar_controller";
import {CalendarModel} from "@web/views/calendar/calendar_model";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";
import {serializeDate} from "@web/core/l10n/dates";

/**
 * Days are read only; what a chosen day begins is a contract.
 */
class ContractDateCalendarModel extends CalendarModel {
    get canCreate() {
        return true;
    }

    get canEdit() {
        return false;
    }
}

class ContractDateCalendarController extends CalendarController {
    createRecord(record) {
        return this.openContract(false, {
            default_date_start: serializeDate(record.start),
        });
    }

    editRecord(record) {
        return this.openContract(record.rawRecord.contract_id[0]);
    }

    openContract(id, context = {}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "customer.contract",
            res_id: id,
            views: [[false, "form"]],
            target: "current",
            context,
        });
    }
}

registry.category("views").add("contract_date_calendar", {
    ...calendarView,
    Model: ContractDateCalendarModel,
    Controller: ContractDateCalendarController,
});
