from calendar_app.models.blockouts import Blockout
from calendar_app.models.claims import Claim, Conflict
from calendar_app.models.deployments import Deployment, Version
from calendar_app.models.gates import Gate, GateRound
from calendar_app.models.releases import Milestone, Phase, Release, ReleaseImpact

__all__ = [
    "Blockout",
    "Claim",
    "Conflict",
    "Deployment",
    "Gate",
    "GateRound",
    "Milestone",
    "Phase",
    "Release",
    "ReleaseImpact",
    "Version",
]
