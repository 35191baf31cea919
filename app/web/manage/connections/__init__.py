"""Other systems: keys of the JSON API and webhooks, for administrators of the whole company.

api_keys  /manage/api-keys
webhooks  /manage/webhooks (webhook_changes: added, changed, tested, sent again)
words     of both
"""
