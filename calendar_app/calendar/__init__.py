"""What the calendar page draws: a window of claims, placed in lanes, on a page of days.

``Period`` says which days, ``Places`` which projects, nodes and applications there are, ``Window`` reads the claims of
the period once, ``groupings`` put them into lanes, ``drawing`` turns them into bars and bands of the timeline,
``moments`` into the days of month and agenda. No model instance per event: a page holds 2,000 of them.
"""
