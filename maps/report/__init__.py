"""The report of a plan, for a region and for each town: one document, written as HTML and as PDF/UA; and a workbook."""

from maps.report.files import report_files as report_files
from maps.report.html import html as html
from maps.report.model import Document as Document
from maps.report.pdf import pdf as pdf
from maps.report.region import report as report
from maps.report.town import town_code as town_code
from maps.report.town import town_report as town_report
from maps.report.workbook import workbook as workbook

__all__ = ["Document", "html", "pdf", "report", "report_files", "town_code", "town_report", "workbook"]
