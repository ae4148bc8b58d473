"""The Procore resources in use. Paths as in Procore's REST reference; page sizes are the documented maxima."""

from __future__ import annotations

from connectors.resource import Resource

COMPANIES = Resource("procore.companies", "Companies", "/rest/v1.0/companies", "company")
VENDORS = Resource(
    "procore.vendors",
    "Procore companies",
    "/rest/v1.0/vendors",
    "company",
    2000,
    wrapper="vendor",
    filters_by_update=True,
)
INACTIVE_VENDORS = Resource(
    "procore.inactive_vendors",
    "Inactive Procore companies",
    "/rest/v1.0/companies/{company}/vendors/inactive",
    "company",
    2000,
)
PROJECTS = Resource(
    "procore.projects",
    "Procore projects",
    "/rest/v1.0/projects",
    "company",
    300,
    wrapper="project",
    filters_by_update=True,
)
CUSTOM_FIELDS = Resource(
    "procore.custom_fields", "Custom fields", "/rest/v1.1/companies/{company}/custom_field_definitions", "company", 100
)
COST_CODE_LISTS = Resource(
    "procore.cost_code_lists", "Cost code lists", "/rest/v1.0/standard_cost_code_lists", "company"
)
STANDARD_COST_CODES = Resource(
    "procore.standard_cost_codes", "Procore cost codes", "/rest/v1.0/standard_cost_codes", "company", 2000
)
PROJECT_COST_CODES = Resource("procore.cost_codes", "Project cost codes", "/rest/v1.0/cost_codes", "project", 2000)
WORK_ORDER_CONTRACTS = Resource(
    "procore.work_order_contracts",
    "Subcontracts",
    "/rest/v1.0/work_order_contracts",
    "project",
    2000,
    filters_by_update=True,
)
PURCHASE_ORDER_CONTRACTS = Resource(
    "procore.purchase_order_contracts",
    "Purchase orders",
    "/rest/v1.0/purchase_order_contracts",
    "project",
    2000,
    filters_by_update=True,
)
CHANGE_ORDER_PACKAGES = Resource(
    "procore.change_order_packages",
    "Change orders of commitments",
    "/rest/v1.0/change_order_packages",
    "project",
    100,
)
REQUISITIONS = Resource(
    "procore.requisitions",
    "Subcontractor invoices",
    "/rest/v1.1/requisitions",
    "project",
    100,
    wrapper="requisition",
    filters_by_update=True,
)

# The same of every company, so they are not part of what is read; a trigger's path names its hook.
HOOKS = Resource("procore.hooks", "Webhooks", "/rest/v1.0/webhooks/hooks", "company", 100)
HOOK_TRIGGERS = Resource(
    "procore.hook_triggers", "Webhook triggers", f"{HOOKS.path}/{{hook}}/triggers", "company", 100
)

# The list has the plural path; one contract is shown by the singular one, which lists nothing.
PRIME_CONTRACTS = Resource(
    "procore.prime_contracts", "Prime contracts", "/rest/v1.0/prime_contracts", "project", 100, filters_by_update=True
)
PRIME_CONTRACT = Resource("procore.prime_contract", "Prime contract", "/rest/v1.0/prime_contract", "project")
OWNER_INVOICES = Resource(
    "procore.payment_applications", "Owner invoices", "/rest/v1.0/payment_applications", "project", 30
)

# The newer version shows a direct cost with its lines; only the older one has a sync action.
DIRECT_COSTS = Resource(
    "procore.direct_costs",
    "Direct costs",
    "/rest/v1.1/projects/{project}/direct_costs",
    "project",
    100,
    wrapper="direct_cost",
    filters_by_update=True,
)
DIRECT_COST_HEADS = Resource(
    "procore.direct_cost_heads", "Direct costs", "/rest/v1.0/projects/{project}/direct_costs", "project", 100
)
DIRECT_COST_LINES = Resource(
    "procore.direct_cost_lines",
    "Direct cost lines",
    "/rest/v1.0/projects/{project}/direct_costs/line_items",
    "project",
    100,
)
COST_TYPES = Resource("procore.line_item_types", "Procore cost types", "/rest/v1.0/line_item_types", "company")
TAX_CODES = Resource("procore.tax_codes", "Procore tax codes", "/rest/v1.0/tax_codes", "company", 100)
DEPARTMENTS = Resource("procore.departments", "Procore departments", "/rest/v1.0/departments", "company")
EMPLOYEES = Resource("procore.employees", "Procore employees", "/rest/v1.0/companies/{company}/people", "company")
# People who sign in, with the job title and the phone numbers that the list of people lacks.
USERS = Resource("procore.users", "Procore users", "/rest/v1.3/companies/{company}/users", "company")
INACTIVE_EMPLOYEES = Resource(
    "procore.inactive_employees",
    "Inactive Procore employees",
    "/rest/v1.0/companies/{company}/people/inactive",
    "company",
)
TIME_TYPES = Resource(
    "procore.time_types", "Procore time types", "/rest/v1.0/companies/{company}/timecard_time_types", "company"
)
LOCATIONS = Resource("procore.locations", "Procore locations", "/rest/v1.0/projects/{project}/locations", "project")
SUB_JOBS = Resource("procore.sub_jobs", "Procore sub jobs", "/rest/v1.0/sub_jobs", "project")
BUDGET_CODES = Resource(
    "procore.wbs_codes",
    "Budget codes",
    "/rest/v1.0/projects/{project}/work_breakdown_structure/wbs_codes",
    "project",
)
SEGMENTS = Resource(
    "procore.wbs_segments",
    "Budget code segments",
    "/rest/v1.0/projects/{project}/work_breakdown_structure/segments",
    "project",
)
# One contract's, issued or received: every call names project and contract, and the list has no filters.
CONTRACT_PAYMENTS = Resource(
    "procore.contract_payments",
    "Payments on contracts",
    "/rest/v1.0/contract_payments",
    "project",
    100,
    wrapper="contract_payment",
)
# A place for the bytes of a file, by whose id a record then takes it.
UPLOADS = Resource("procore.uploads", "Uploads", "/rest/v1.1/projects/{project}/uploads", "project")
# Files have no list of their own: they are read with the record they hang on.
ATTACHMENTS = Resource("procore.attachments", "Procore attachments", "", "project")
# Two lists Procore does not have: they are made of what its projects use. A cost code with one of its cost types, once
# for all projects; and the payment terms written on purchase orders, each text once.
CODE_TYPE_PAIRS = Resource("procore.code_type_pairs", "Procore codes and types", "", "company")
PAYMENT_TERMS = Resource("procore.payment_terms", "Procore payment terms", "", "company")

ALL = (
    COMPANIES,
    VENDORS,
    INACTIVE_VENDORS,
    PROJECTS,
    CUSTOM_FIELDS,
    COST_CODE_LISTS,
    STANDARD_COST_CODES,
    PROJECT_COST_CODES,
    WORK_ORDER_CONTRACTS,
    PURCHASE_ORDER_CONTRACTS,
    CHANGE_ORDER_PACKAGES,
    REQUISITIONS,
    PRIME_CONTRACTS,
    OWNER_INVOICES,
    DIRECT_COSTS,
    DIRECT_COST_HEADS,
    DIRECT_COST_LINES,
    COST_TYPES,
    TAX_CODES,
    DEPARTMENTS,
    EMPLOYEES,
    USERS,
    INACTIVE_EMPLOYEES,
    TIME_TYPES,
    LOCATIONS,
    SUB_JOBS,
    BUDGET_CODES,
    SEGMENTS,
    CONTRACT_PAYMENTS,
)
