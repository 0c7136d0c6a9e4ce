"""The pool: roles, the deployments that serve them, and fail-over between those."""

from ontopilot.models.pool.admission import Admission
from ontopilot.models.pool.chain import Served
from ontopilot.models.pool.pool import Pool, Role
from ontopilot.models.pool.report import DeploymentReport, RoleReport

__all__ = ["Admission", "DeploymentReport", "Pool", "Role", "RoleReport", "Served"]
