import {_t} from "@web/core/l10n/translation";
import {rpc} from "@web/core/network/rpc";

/**
 * What people read when no answer has come, by what they may rely on then.
 */
export const unknownErrors = {
    get signature() {
        return _t(
            "We could not reach the server or it failed. Please try again: if your signature was recorded nevertheless, you will be told."
        );
    },
    get values() {
        return _t(
            "We could not reach the server or it failed. What you typed is still here: please try again."
        );
    },
    get pages() {
        return _t(
            "We could not reach the server or it failed. Please try again: the pages that are shown are kept."
        );
    },
    get code() {
        return _t("We could not reach the server. Please try again.");
    },
};

/**
 * Tells for whom the page was made: somebody else's link may be opened in another tab.
 *
 * @returns {object} what goes along with each act
 */
export function getReader() {
    const reader = document.querySelector(".o_contract_page")?.dataset.reader;
    return reader ? {reader} : {};
}

/**
 * Calls one of the contract page's JSON routes; never fails.
 *
 * @param {string} url
 * @param {object} values
 * @param {string} unknownError - what to tell when no answer comes
 * @returns {Promise<object>} the server's answer, or an error in its shape
 */
export async function post(url, values, unknownError) {
    try {
        const answer = await rpc(url, {...values, ...getReader()}, {silent: true});
        return answer || {error: unknownError};
    } catch (error) {
        console.warn(error);
        return {error: unknownError};
    }
}
