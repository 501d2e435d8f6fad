"""The operators, under the name that DAGs import."""

from __future__ import annotations

from tranche_provider.operators.campaign import TrancheCampaignOperator
from tranche_provider.operators.run import TrancheRunOperator
from tranche_provider.operators.step import TrancheAcquireOperator, TranchePlanOperator, TrancheReleaseOperator

__all__ = ["TrancheAcquireOperator", "TrancheCampaignOperator", "TranchePlanOperator", "TrancheReleaseOperator", "TrancheRunOperator"]
