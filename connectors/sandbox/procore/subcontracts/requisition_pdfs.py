"""PDFs of invoices and commitments, made by jobs that are asked about until they are done."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid5

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.pdf import write_pdf
from connectors.sandbox.procore.errors import refuse_request, refuse_unknown
from connectors.sandbox.procore.files.attachments import add_upload, encode_content, write_link
from connectors.sandbox.procore.inputs import read_text
from connectors.sandbox.procore.listing import is_true
from connectors.sandbox.procore.subcontracts.requisitions import Requisitions
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money
from connectors.sandbox.wire import json_response

PENDING, IN_PROGRESS, COMPLETED = "pending", "in_progress", "completed"
NEXT_STATUS = {PENDING: IN_PROGRESS, IN_PROGRESS: COMPLETED, COMPLETED: COMPLETED}
_NAMESPACE = UUID("6f2a0d3e-3f0b-5b53-9a0e-0c9a41d7f2b1")
_CONTRACT_PDF = (
    "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_contracts/<int:contract_id>/pdf"
)


class RequisitionPdfs(Requisitions):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "/rest/v1.0/requisitions/<int:requisition_id>/single_pdf_compilers",
            endpoint="compile_pdf",
            methods=["POST"],
        ),
        Rule(
            "/rest/v1.0/companies/<int:company_id>/invoices/async_jobs/<uuid>",
            endpoint="show_invoice_job",
            methods=["GET"],
        ),
        Rule(_CONTRACT_PDF, endpoint="start_contract_pdf", methods=["POST"]),
        Rule(_CONTRACT_PDF, endpoint="check_contract_pdf", methods=["GET"]),
    )

    def compile_pdf(self, request: Request, requisition_id: int) -> Response:
        """With `polling=true` the way to the job; without, the file goes out by e-mail, which is not sent here."""
        claim = self.read_claim(request, requisition_id)
        files = self.read_body(request).get("files")
        if not isinstance(files, list) or not files or not all(isinstance(file, dict) for file in files):
            raise refuse_request("param is missing or the value is empty: files")
        if not is_true(request.args.get("polling")):
            return Response(status=200, content_type="application/json")
        job = self._start_job(
            "requisition", claim["id"], f"invoice-{claim['number']}.pdf", self._describe(claim, files)
        )
        company_id = self.tables.get("projects", claim["project_id"])["company_id"]
        path = f"rest/v1.0/companies/{company_id}/invoices/async_jobs/{job['uuid']}"
        return json_response({"job_url": f"{request.root_url}{path}"})

    def show_invoice_job(self, request: Request, company_id: int, uuid: str) -> Response:
        """Each look takes the job one step on: pending, in progress, completed."""
        self.check_company(request, company_id)
        job = next((row for row in self.tables.iterate("invoice_jobs") if row["uuid"] == uuid), None)
        if job is None or job["company_id"] != company_id or job["kind"] != "requisition":
            raise refuse_unknown("Async job")
        names = ("uuid", "company_id", "created_by_id", "status", "created_at", "updated_at")
        is_done = job["status"] == COMPLETED
        shape = {
            **{name: job[name] for name in names},
            "result": {"url": write_link(self, self.tables.get("uploads", job["upload_id"]))} if is_done else {},
        }
        self._step(job)
        return json_response(shape)

    def start_contract_pdf(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        """202 with the place to ask."""
        contract = self._find_printed(request, company_id, project_id, contract_id)
        lines = [f"{contract['number']} {contract['title']}", f"Status: {contract['status']}"]
        self._start_job("contract", contract["id"], f"{contract['number']}.pdf", lines)
        return Response(status=202, headers={"Location": request.base_url}, content_type="application/json")

    def check_contract_pdf(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        """202 while it is being made, then 302 to the file; 404 when none was asked for.

        Unverified: the description numbers the redirect 302 and words it as 303.
        """
        contract = self._find_printed(request, company_id, project_id, contract_id)
        jobs = [
            row
            for row in self.tables.iterate("invoice_jobs")
            if row["kind"] == "contract" and row["holder_id"] == contract["id"]
        ]
        if not jobs:
            raise refuse_unknown("PDF")
        if jobs[-1]["status"] != COMPLETED:
            self._step(jobs[-1])
            return Response(status=202, content_type="application/json")
        link = write_link(self, self.tables.get("uploads", jobs[-1]["upload_id"]))
        return Response(status=302, headers={"Location": link}, content_type="application/json")

    def _find_printed(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Row:
        self.check_company(request, company_id)
        return self.find_owned("commitments", contract_id, self.find_project(project_id), "Contract")

    def _start_job(self, kind: str, holder_id: int, filename: str, lines: list[str]) -> Row:
        upload = add_upload(
            self,
            self.home_company_id(),
            filename=filename,
            content_type="application/pdf",
            content=encode_content(write_pdf(lines)),
        )
        number = self.tables.draw_id("invoice_jobs")
        stamp = self.stamp()
        return self.tables.add(
            "invoice_jobs",
            {
                "id": number,
                "uuid": str(uuid5(_NAMESPACE, str(number))),
                "kind": kind,
                "holder_id": holder_id,
                "company_id": self.home_company_id(),
                "created_by_id": self.actor.user_id,
                "status": PENDING,
                "upload_id": upload["id"],
                "created_at": stamp,
                "updated_at": stamp,
            },
        )

    def _step(self, job: Row) -> None:
        if job["status"] != COMPLETED:
            job["status"] = NEXT_STATUS[job["status"]]
            self.touch(job)

    def _describe(self, claim: Row, files: list[dict[str, Any]]) -> list[str]:
        """A cover sheet with the G702, and the other files by name."""
        commitment = self.tables.get("commitments", claim["commitment_id"])
        summary = self.figures_of(claim).summary
        rows = (
            ("1. Original contract sum", summary.original_contract_sum),
            ("2. Net change by change orders", summary.net_change_by_change_orders),
            ("3. Contract sum to date", summary.contract_sum_to_date),
            ("4. Total completed and stored to date", summary.total_completed_and_stored_to_date),
            ("5. Total retainage", summary.total_retainage),
            ("6. Total earned less retainage", summary.total_earned_less_retainage),
            ("7. Less previous certificates for payment", summary.less_previous_certificates_for_payment),
            ("8. Current payment due", summary.current_payment_due),
            ("9. Balance to finish, including retainage", summary.balance_to_finish_including_retainage),
        )
        return [
            f"Invoice {claim['number']} {claim['invoice_number']}",
            f"{commitment['number']} {commitment['title']}",
            *(f"{name}: {write_money(amount)}" for name, amount in rows),
            *(f"Attached: {read_text(file, 'url') or read_text(file, 'id') or ''}" for file in files[1:]),
        ]
