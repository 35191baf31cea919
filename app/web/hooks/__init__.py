"""The doors of gateways: what they tell us is verified, kept, and answered at once; the worker does the rest.

receive   POST /hooks/<gateway>/<slug>, and WhatsApp's question when its hook is set up
"""
