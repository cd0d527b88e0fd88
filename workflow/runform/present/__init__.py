"""What people look at: figures, tables, overlay videos, runner reports and the study report."""
