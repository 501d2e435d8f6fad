"""What the provider raises besides Airflow's own skip and fail."""

from __future__ import annotations

from tranche_provider.compat import AirflowException


class TrancheError(AirflowException):
    """`tranche` refused or failed, or the command that it ran did. Airflow tries such a task again."""
