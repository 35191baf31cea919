"""What belongs to nobody in particular: the first page, health for operations, signing in and out.

home      GET /: what this is, the way in for staff, the demo's codes
health    GET /healthz, /readyz, /metrics
"""
