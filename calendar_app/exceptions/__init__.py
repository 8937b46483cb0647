"""Exception requests: asking, deciding, expiring, and what a granted one sets off.

Others read them through ``ExceptionRequest.objects.in_force(at)`` and send people here by `exception_needed`.
"""
