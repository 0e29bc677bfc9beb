import base64
import io

import lxml.html
from PIL import Image, UnidentifiedImageError

from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...const import CONTRACT_REPORT
from ...tools.safe_style import loads_something
from ...utils import ContractPrint

# A key of our own among the arguments that Odoo hands from the prepared HTML to
# wkhtmltopdf. It never comes from a request.
FINISH_KEY = "customer_contract_finish"
LOADING_ELEMENTS = ("script", "link", "base", "iframe", "object", "embed")
LOADING_ATTRIBUTES = ("src", "srcset", "background", "data", "poster", "itemtype")
LOGO_SIZE = (600, 300)
SHORT_TABLE_ROWS = 12


class IrActionsReport(models.Model):
    """Contracts print the same way on every build of wkhtmltopdf.

    They need nothing from the network, their header and footer are part of the
    page, and what repeats on each page is laid over it afterwards.
    """

    _name = "ir.actions.report"
    _inherit = ["ir.actions.report", "customer.contract.needed.record.mixin"]

    def _is_contract_report(self, report_ref):
        """Tell whether a report is the contract report.

        :param report_ref: a report's name, id, XML id or record
        """
        return bool(report_ref) and self._get_report(report_ref).report_name == CONTRACT_REPORT

    def _get_rendering_context(self, report, docids, data):
        if report.report_name == CONTRACT_REPORT:
            # Values of a request would be variables of the template otherwise.
            known = ("report_type", "debug", "contract_print")
            data = {key: data[key] for key in known if key in (data or {})}
        return super()._get_rendering_context(report, docids, data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        if not res_ids or not self._is_contract_report(report_ref):
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        contracts = self.env["customer.contract"].browse(res_ids)
        contracts.check_access("read")
        is_handed_over = isinstance((data or {}).get("contract_print"), ContractPrint)
        streams = {}
        for contract in contracts:
            # Whoever may read the contract may read what was signed.
            signed_sudo = contract.sudo().signed_document_id
            if signed_sudo and not is_handed_over:
                streams[contract.id] = {
                    "stream": io.BytesIO(signed_sudo.raw),
                    "attachment": None,
                }
            else:
                # Unpatched builds cannot render several documents in one call.
                streams.update(
                    super()._render_qweb_pdf_prepare_streams(
                        report_ref, dict(data or {}), res_ids=contract.ids
                    )
                )
        return streams

    def _prepare_html(self, html, report_model=False):
        if self.report_name != CONTRACT_REPORT:
            return super()._prepare_html(html, report_model=report_model)
        # What the report is made with is loaded after the models.
        from ...tools.pdf.text_direction import box_words

        root = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        self._remove_outside_resources(root)
        contract_ids = [int(node.get("data-contract-id")) for node in root.find_class("o_contract")]
        for page in root.find_class("o_contract_footer"):
            for footer in root.find_class("footer"):
                page.append(footer)
        if not _wkhtml().is_patched_qt:
            # These builds shrink everything, which the style sheet makes up for.
            root.set("class", root.get("class") + " o_contract_shrunk")
            self._keep_rows_together(root)
            box_words(root)
        paper = self.get_paperformat()
        finish = {
            "overlays": len(root.find_class("o_contract_overlay")),
            "margins": (
                paper.margin_top,
                paper.margin_bottom,
                paper.margin_left,
                paper.margin_right,
            ),
            "title": root.findtext(".//title"),
            "language": root.get("lang"),
            "is_rtl": root.get("dir") == "rtl",
        }
        body = lxml.html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")
        return [body], contract_ids, "", "", {FINISH_KEY: finish}

    def _keep_rows_together(self, root):
        """Keep tables on one page or, where they are long, the content of their cells.

        :param lxml.html.HtmlElement root: the document, changed in place
        """
        for table in root.xpath("//div[@class='o_contract_text']//table"):
            if len(table.xpath(".//tr")) <= SHORT_TABLE_ROWS:
                table.classes.add("o_contract_together")
                continue
            for cell in table.xpath(".//td | .//th"):
                box = lxml.html.Element("div")
                box.classes.add("o_contract_together")
                box.text, cell.text = cell.text, None
                box.extend(list(cell))
                cell.append(box)

    def _remove_outside_resources(self, root):
        """Take out of a document whatever would be fetched to show it.

        Links to click remain.

        :param lxml.html.HtmlElement root: the document, changed in place
        """
        for node in list(root.iter(*LOADING_ELEMENTS)):
            node.drop_tree()
        for node in root.xpath("//img"):
            source = node.get("src") or ""
            if not source.startswith("data:image/"):
                source = self.env["customer.contract"]._prepare_embedded_image(source)
            if not source:
                node.drop_tree()
                continue
            if any("header" in parent.classes for parent in node.iterancestors()):
                source = self._shrink_image(source)
            node.set("src", source)
        for node in root.iter(lxml.html.etree.Element):
            for name in LOADING_ATTRIBUTES:
                if name in node.attrib and not (node.tag == "img" and name == "src"):
                    del node.attrib[name]
            if node.tag != "a":
                for name in [name for name in node.attrib if name.endswith("href")]:
                    del node.attrib[name]
            if loads_something(node.get("style")):
                del node.attrib["style"]

    def _shrink_image(self, address):
        """Make a letterhead's picture as small as it is printed.

        :param str address: a ``data:`` address
        :return: another one
        :rtype: str
        """
        try:
            with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as picture:
                picture = picture.convert("RGBA")
        except (UnidentifiedImageError, OSError, ValueError):
            return address  # drawn from lines, so it is small already
        picture.thumbnail(LOGO_SIZE)
        output = io.BytesIO()
        picture.save(output, format="PNG", optimize=True)
        return f"data:image/png;base64,{base64.b64encode(output.getvalue()).decode()}"

    def _build_wkhtmltopdf_args(
        self,
        paperformat_id,
        landscape,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        arguments = super()._build_wkhtmltopdf_args(
            paperformat_id,
            landscape,
            specific_paperformat_args=specific_paperformat_args,
            set_viewport_size=set_viewport_size,
        )
        if FINISH_KEY in (specific_paperformat_args or {}):
            # There is no script to wait for.
            arguments[arguments.index("--javascript-delay") + 1] = "0"
        return arguments

    def _run_wkhtmltopdf(self, bodies, *args, specific_paperformat_args=None, **kwargs):
        pdf = super()._run_wkhtmltopdf(
            bodies, *args, specific_paperformat_args=specific_paperformat_args, **kwargs
        )
        finish = (specific_paperformat_args or {}).get(FINISH_KEY)
        if finish:
            # pyHanko takes a moment to load; other reports need not wait for it.
            from ...tools.pdf.page_finish import finish_pages

            pdf = finish_pages(pdf, **finish)
        return pdf
