"""The pool: roles, the deployments that serve them, and fail-over between those."""

from ontopilot.models.pool.pool import DeploymentReport, Pool, Role, RoleReport

__all__ = ["DeploymentReport", "Pool", "Role", "RoleReport"]
