"""How invoices of a contract are made: stored materials, and retainage on a sliding scale."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.inputs import check_choice, read_amount, read_flag, read_percent, read_text
from connectors.sandbox.procore.subcontracts.claims import Claims
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money
from connectors.sandbox.wire import json_response

CLASSIC, MOVE_NEW = "classic", "move_new_materials"
RULE_TYPES = ("%_original_contract_value", "%_revised_contract_value", "amount")
_PATH = "/rest/v1.0/projects/<int:project_id>/contracts/<int:contract_id>/invoice_configuration"


class ClaimConfiguration(Claims):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        Rule(_PATH, endpoint="show_invoice_configuration", methods=["GET"]),
        Rule(_PATH, endpoint="update_invoice_configuration", methods=["PATCH"]),
    )

    def show_invoice_configuration(self, request: Request, project_id: int, contract_id: int) -> Response:
        return json_response(self._shape_configuration(self._find_configured(project_id, contract_id)))

    def update_invoice_configuration(self, request: Request, project_id: int, contract_id: int) -> Response:
        """What is set takes effect on claims made from now on.

        The published write takes the two settings of stored materials. The sliding scale and the flag that materials
        move can be written here as well, which is unverified, so that they can be had at all.
        """
        commitment = self._find_configured(project_id, contract_id)
        attributes = self.read_wrapped(request, "invoice_configuration")
        check_choice(attributes, "stored_materials_billing_method", (CLASSIC, MOVE_NEW))
        rules = _read_rules(attributes.get("retainage_rule_set"))
        self.configure(commitment, attributes, rules)
        return json_response(self._shape_configuration(commitment))

    def configure(self, commitment: Row, attributes: dict[str, Any], rules: list[dict[str, Any]] | None) -> None:
        method = read_text(attributes, "stored_materials_billing_method")
        if method:
            commitment["stored_materials_billing_method"] = method
            # Unverified: that this method is what makes last period's materials count as work.
            commitment["are_materials_moved"] = method == MOVE_NEW
        for name, field in (
            ("move_materials_to_previous_work_completed", "are_materials_moved"),
            ("separate_billing_for_stored_materials", "separate_billing_for_stored_materials"),
            ("ssr_enabled", "ssr_enabled"),
        ):
            if attributes.get(name) is not None:
                commitment[field] = read_flag(attributes, name)
        if rules is not None:
            commitment["retainage_rules"] = [
                {"id": commitment["id"] + place, **rule} for place, rule in enumerate(rules, 1)
            ]
            commitment["retainage_rule_set_name"] = (
                read_text(attributes["retainage_rule_set"], "name") or "Sliding scale"
            )

    def _find_configured(self, project_id: int, contract_id: int) -> Row:
        return self.find_owned("commitments", contract_id, self.find_project(project_id), "Contract")

    def _shape_configuration(self, commitment: Row) -> dict[str, Any]:
        project = self.tables.get("projects", commitment["project_id"])
        rules = commitment.get("retainage_rules") or []
        return {
            "id": commitment["id"],
            "contract_id": commitment["id"],
            "project_id": project["id"],
            "company_id": project["company_id"],
            "separate_billing_for_stored_materials": commitment.get("separate_billing_for_stored_materials", False),
            "stored_materials_billing_method": commitment.get("stored_materials_billing_method", CLASSIC),
            "ssr_enabled": commitment.get("ssr_enabled", False),
            "move_materials_to_previous_work_completed": commitment["are_materials_moved"],
            "commitment_has_invoices": bool(self.tables.of("requisitions", commitment["id"])),
            "retainage_rule_set": {
                "id": commitment["id"],
                "contract_id": commitment["id"],
                "name": commitment.get("retainage_rule_set_name"),
                "retainage_rules": rules,
            }
            if rules
            else None,
        }


def _read_rules(given: Any) -> list[dict[str, Any]] | None:
    """The rules in their order; None when the write has no rule set."""
    if given is None:
        return None
    rules = given.get("retainage_rules") if isinstance(given, dict) else None
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise refuse_fields(retainage_rule_set=["is invalid"])
    return [_read_rule(rule, place) for place, rule in enumerate(rules, 1)]


def _read_rule(rule: dict[str, Any], place: int) -> dict[str, Any]:
    check_choice(rule, "rule_type", RULE_TYPES)
    percent = read_percent(rule, "retainage_percentage")
    if percent is None or not rule.get("rule_type"):
        raise refuse_fields(retainage_rule_set=["a rule needs retainage_percentage and rule_type"])
    most, limit = read_amount(rule, "max_retainage"), read_amount(rule, "rule_type_upper_limit")
    return {
        "position": place,
        "retainage_percentage": f"{percent:f}",
        "max_retainage": None if most is None else write_money(most),
        "rule_type": rule["rule_type"],
        "rule_type_upper_limit": None if limit is None else write_money(limit),
    }
