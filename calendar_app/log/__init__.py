"""What releases log: risks, issues and decisions; and what their owners say of them every week."""
