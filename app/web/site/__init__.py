"""What belongs to nobody in particular: the first page, health for operations, signing in and out.

home        GET /: what this is, the way in for staff, the demo's codes
sign_in     /sign-in, /sign-out
invitation  /invitation/<token>: where somebody chooses their password
health      GET /healthz, /readyz, /metrics
"""
