"""The PDF of a prime contract: asked for, waited for, then found at storage."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.pdf import write_pdf
from connectors.sandbox.procore.errors import refuse_unknown
from connectors.sandbox.procore.files.attachments import add_upload, encode_content, write_link
from connectors.sandbox.procore.owners.prime_v2 import PrimeV2
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts

# How often a client is told to wait, by which it has to ask more than once.
LOOKS_BEFORE_DONE = 1
_PATH = "/rest/v2.0/companies/<int:company_id>/projects/<int:project_id>/prime_contracts/<int:contract_id>/pdf"


class PrimePdfs(PrimeV2):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *PrimeV2.ROUTES,
        Rule(_PATH, endpoint="start_prime_pdf", methods=["POST"]),
        Rule(_PATH, endpoint="check_prime_pdf", methods=["GET"]),
    )

    def start_prime_pdf(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        """202 with the place to ask; a job that is already there is started anew."""
        contract = self._find_v2_contract(request, company_id, project_id, contract_id)
        lines = self.prime_lines_of(contract)
        text = [
            f"Prime contract {contract['number']}",
            contract["title"] or "",
            *(f"{line['description'] or ''}: {line['amount']}" for line in lines),
            f"Total: {sum_amounts(lines)}",
        ]
        name = f"prime-contract-{contract['id']}.pdf"
        upload = add_upload(self, company_id, filename=name, content_type="application/pdf")
        upload["content"] = encode_content(write_pdf(text))
        job = self._find_prime_job(contract)
        if job is not None:
            self.tables.remove("async_jobs", job["id"])
        self.tables.add("async_jobs", {"contract_id": contract["id"], "upload_id": upload["id"], "looks": 0})
        return Response(status=202, headers={"Location": request.base_url}, content_type="application/json")

    def check_prime_pdf(self, request: Request, company_id: int, project_id: int, contract_id: int) -> Response:
        """202 while it is being made, then the way to the file; 404 when none was asked for.

        Unverified: the description numbers the redirect 302 and words it as 303.
        """
        job = self._find_prime_job(self._find_v2_contract(request, company_id, project_id, contract_id))
        if job is None:
            raise refuse_unknown("Job")
        if job["looks"] < LOOKS_BEFORE_DONE:
            job["looks"] += 1
            return Response(status=202, content_type="application/json")
        link = write_link(self, self.tables.get("uploads", job["upload_id"]))
        return Response(status=302, headers={"Location": link}, content_type="application/json")

    def _find_prime_job(self, contract: Row) -> Row | None:
        return next((row for row in self.tables.iterate("async_jobs") if row["contract_id"] == contract["id"]), None)
