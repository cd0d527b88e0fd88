"""What people look at: figures, tables, the overlay video, the page of one runner and the page of
the study.
"""
