from calendar_app.forms.approvals import DecisionForm
from calendar_app.forms.blockouts import BlockoutForm
from calendar_app.forms.conflicts import AcceptanceForm, AssignmentForm
from calendar_app.forms.gates import GateForm
from calendar_app.forms.phases import MilestoneForm, PhaseForm
from calendar_app.forms.releases import GoLiveForm, ReleaseForm, StatusForm, TargetForm

__all__ = [
    "AcceptanceForm",
    "AssignmentForm",
    "BlockoutForm",
    "DecisionForm",
    "GateForm",
    "GoLiveForm",
    "MilestoneForm",
    "PhaseForm",
    "ReleaseForm",
    "StatusForm",
    "TargetForm",
]
