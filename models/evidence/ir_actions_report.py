import base64
import io
import operator
from functools import cache

import lxml.html
from PIL import Image, UnidentifiedImageError

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.tools import file_open

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.base.models.report_paperformat import PAPER_SIZES

from ...const import CONTRACT_REPORT
from ...tools.printing import engine
from ...tools.printing.division import mark_divisible
from ...tools.printing.layout import drop_outdents, fit_pictures, fit_to_page
from ...tools.printing.section_end import keep_signatures_with_text
from ...tools.safe_style import loads_something
from ...utils import ContractPrint

# A key of our own among the arguments that Odoo hands from the prepared HTML to
# wkhtmltopdf. It never comes from a request.
FINISH_KEY = "customer_contract_finish"
# `wkhtmltopdf` as its value has that print contracts, where WeasyPrint is installed as well.
ENGINE_PARAMETER = "customer_contract.print_engine"
PAGE_STYLE = "customer_contract/static/src/contract/report/contract_report_pages.css"
LOADING_ELEMENTS = ("script", "link", "base", "iframe", "object", "embed")
LOADING_ATTRIBUTES = ("src", "srcset", "background", "data", "poster", "itemtype")
LOGO_SIZE = (600, 300)
# Widths and heights in mm.
A4 = (210.0, 297.0)
SMALLEST_PAGE = (140, 200)
SHORT_TABLE_ROWS = 12


@cache
def _read_page_style():
    """Return what pages look like that WeasyPrint prints."""
    with file_open(PAGE_STYLE) as style_sheet:
        return style_sheet.read()


class IrActionsReport(models.Model):
    """Contracts are printed by WeasyPrint where it is installed, else by wkhtmltopdf.

    They need nothing from the network. wkhtmltopdf prints them the same way on each of
    its builds: header and footer are part of the page, and what repeats on each page is
    laid over it afterwards.
    """

    _name = "ir.actions.report"
    _inherit = ["ir.actions.report", "customer.contract.needed.record.mixin"]

    def _is_contract_report(self, report_ref):
        """Tell whether a report is the contract report.

        :param report_ref: a report's name, id, XML id or record
        """
        return bool(report_ref) and self._get_report(report_ref).report_name == CONTRACT_REPORT

    # === WHICH ENGINE === #

    @api.model
    def _get_contract_engine(self):
        """Return which engine prints contracts.

        :return: ``weasyprint``, ``wkhtmltopdf``, or none if there is neither
        :rtype: str | None
        """
        # A parameter of the installation, which everybody's contracts are printed by.
        chosen = self.env["ir.config_parameter"].sudo().get_param(ENGINE_PARAMETER)
        if chosen != "wkhtmltopdf" and engine.get_version():
            return "weasyprint"
        is_there = self.get_wkhtmltopdf_state() not in ("install", "broken")
        return "wkhtmltopdf" if is_there else None

    @api.model
    def _describe_contract_engine(self):
        """Tell administrators which engine prints contracts.

        :rtype: str
        """
        version = engine.get_version()
        name = self._get_contract_engine()
        if name == "weasyprint":
            return self.env._("WeasyPrint %(version)s (PDF/A-3a)", version=version)
        if not name:
            return self.env._("None: neither WeasyPrint nor wkhtmltopdf works here")
        if version:
            return self.env._("wkhtmltopdf (no PDF/A), as the parameter %s says", ENGINE_PARAMETER)
        return self.env._("wkhtmltopdf (no PDF/A): WeasyPrint does not work here")

    @api.model
    def get_wkhtmltopdf_state(self):
        if self.env.context.get("customer_contract_engine") == "weasyprint":
            return "ok"  # where it is not needed
        return super().get_wkhtmltopdf_state()

    # === THE CONTRACT REPORT === #

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
        # Asked once, so that nothing is laid out for one engine and printed by the other.
        self = self.with_context(customer_contract_engine=self._get_contract_engine())
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
        root = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        self._remove_outside_resources(root)
        contract_ids = [int(node.get("data-contract-id")) for node in root.find_class("o_contract")]
        for page in root.find_class("o_contract_footer"):
            for footer in root.find_class("footer"):
                page.append(footer)
        margins = self._get_contract_margins()
        company = self.env["customer.contract"].browse(contract_ids[:1]).company_id
        size = self._get_page_size(company.paperformat_id)
        drop_outdents(root)
        fit_pictures(root, size[0] - sum(margins[2:]), size[1] - sum(margins[:2]))
        if self.env.context.get("customer_contract_engine") == "weasyprint":
            self._prepare_pages(root, size, margins)
            finish = {}
        else:
            finish = {"size": size, **self._prepare_overlays(root, margins)}
        body = lxml.html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")
        return [body], contract_ids, "", "", {FINISH_KEY: finish}

    @api.model
    def _get_contract_margins(self):
        """Return how far the text of contracts is from the edges of the page.

        :return: mm at the top, the bottom, the left and the right
        :rtype: tuple[float, float, float, float]
        """
        paper = self._get_report(CONTRACT_REPORT).get_paperformat()
        return paper.margin_top, paper.margin_bottom, paper.margin_left, paper.margin_right

    @api.model
    def _get_page_size(self, paper):
        """Return how large pages are; the contract's format says how far text is from edges.

        :param recordset paper: the company's `report.paperformat`
        :return: width and height in mm
        :rtype: tuple[float, float]
        """
        if paper.format == "custom":
            size = paper.page_width, paper.page_height
        else:
            known = {
                one["key"]: (one["width"], one["height"]) for one in PAPER_SIZES if "width" in one
            }
            size = known.get(paper.format, A4)
        # A company that prints labels does not mean its contracts.
        return size if all(map(operator.ge, size, SMALLEST_PAGE)) else A4

    def _prepare_pages(self, root, size, margins):
        """Prepare a document for WeasyPrint, which repeats and numbers by itself.

        :param lxml.html.HtmlElement root: the document, changed in place
        :param tuple size: the page's width and height in mm
        :param tuple margins: the page's margins in mm: top, bottom, left, right
        """
        fit_to_page(root)
        mark_divisible(root)
        width, height = size
        top, bottom, left, right = margins
        style = lxml.html.Element("style")
        style.text = (
            f"{_read_page_style()}\n"
            f"@page {{ size: {width}mm {height}mm; "
            f"margin: {top}mm {right}mm {bottom}mm {left}mm; }}"
        )
        root.head.append(style)
        for overlay in reversed(root.find_class("o_contract_overlay")):
            # What runs along has to come before what it runs along with.
            overlay.getparent().insert(0, overlay)
        for page in root.find_class("o_contract_footer"):
            number = lxml.html.Element("div")
            number.classes.add("o_contract_page_number")
            page.insert(0, number)

    def _prepare_overlays(self, root, margins):
        """Prepare a document for wkhtmltopdf, whichever build it is.

        :param lxml.html.HtmlElement root: the document, changed in place
        :param tuple margins: the page's margins in mm: top, bottom, left, right
        :return: what is done to the pages when they are printed
        :rtype: dict
        """
        # What the report is made with is loaded after the models.
        from ...tools.pdf.text_direction import box_words

        keep_signatures_with_text(root)
        if not _wkhtml().is_patched_qt:
            # These builds shrink everything, which the style sheet makes up for.
            root.set("class", root.get("class") + " o_contract_shrunk")
            self._keep_rows_together(root)
            box_words(root)
        return {
            "overlays": len(root.find_class("o_contract_overlay")),
            "margins": margins,
            "title": root.findtext(".//title"),
            "language": root.get("lang"),
            "is_rtl": root.get("dir") == "rtl",
        }

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
            if "--page-size" in arguments:
                place = arguments.index("--page-size")
                width, height = specific_paperformat_args[FINISH_KEY]["size"]
                arguments[place : place + 2] = [
                    "--page-width",
                    f"{width}mm",
                    "--page-height",
                    f"{height}mm",
                ]
        return arguments

    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        finish = (specific_paperformat_args or {}).get(FINISH_KEY)
        if finish is None:
            return super()._run_wkhtmltopdf(
                bodies,
                report_ref=report_ref,
                header=header,
                footer=footer,
                landscape=landscape,
                specific_paperformat_args=specific_paperformat_args,
                set_viewport_size=set_viewport_size,
            )
        [body] = bodies
        try:
            if self.env.context.get("customer_contract_engine") == "weasyprint":
                return engine.print_html(body)
            # Without the session's cookie and without end, which Odoo would run it with.
            arguments = self._build_wkhtmltopdf_args(
                self._get_report(report_ref).get_paperformat(),
                landscape,
                specific_paperformat_args=specific_paperformat_args,
                set_viewport_size=set_viewport_size,
            )
            pdf = engine.print_by_wkhtmltopdf(_wkhtml().bin, arguments, body)
        except engine.PrintingError as error:
            raise UserError(self._explain_printing_error(error.args[0])) from error
        # pyHanko takes a moment to load; other reports need not wait for it.
        from ...tools.pdf.page_finish import finish_pages

        return finish_pages(pdf, **{key: finish[key] for key in finish if key != "size"})

    @api.model
    def _explain_printing_error(self, problem):
        """Tell people why a contract could not be printed, and what they can do.

        :param str problem: the word that the engine has for it
        :rtype: str
        """
        return {
            "busy": _("Many contracts are being printed right now. Please try again."),
            "slow": _(
                "Printing takes too long and was stopped. Is the contract very long, or "
                "does it hold a very large table?"
            ),
            "memory": _(
                "Printing takes more memory than it may. Does the contract hold very large "
                "pictures?"
            ),
            "storage": _(
                "The server cannot store the printed contract: its disk is full or cannot be "
                "written to. Please tell your administrator."
            ),
            "crashed": _(
                "The program that prints contracts has crashed. Please try again, or tell your "
                "administrator."
            ),
            "empty": _(
                "The program that prints contracts made an empty file. Please try again, or "
                "tell your administrator."
            ),
            "cut": _(
                "The program that prints contracts made only a part of the file. Please try "
                "again, or tell your administrator."
            ),
        }[problem]
