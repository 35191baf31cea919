"""Staff: who may sign in, what they may see, and what they did.

Words: a *user* is staff; a *grant* is a role (admin, manager, analyst) at a unit and all below it; a *sign-in* is one
device's session as a row that can be ended; a *scope* is the set of units a user may see, handed to every find and
list; a *one-time* password was made for somebody and stops working unless they choose their own; an *invitation* is a
link by which somebody chooses their password, the first one or a new one. A *factor* is a thing shown of who one is; a
*method* is what a sign-in keeps of those that were; a *step* is on the way to a sign-in and grants nothing.

scope           which units, as a WHERE
models          staff_user, staff_grant, sign_in, staff_invitation, audit_entry, api_key
passwords       made, hashed, compared and judged; pure
sign_ins        check a password, begin, check and end sign-ins
factors         tables of what there is beside a password, and of steps
proving         what was shown, how long it counts, who must show two things; pure
door            what an installation asks, and its company's own sign-in
steps           begun, tried, taken once
one_time_codes  codes of an authenticator app: set up, taken once, removed
recovery_codes  ten ways in for the day when the telephone is gone
passkeys        made, asked for, listed, removed
second_factors  whichever of them: what a user has, a code checked, everything reset
company_provider   OpenID Connect: a person sent out, and what the provider says of them
company_sign_in    who that person is here
addresses       another e-mail
invitations     make, find, spend and revoke the links
service         add and find users, grant roles, change passwords, let in and out: without asking who may
administration  the same for an administrator, within a scope; the company keeps one who can sign in
listing         users as administrators see them
api_keys        keys of other systems: make, find, list, revoke
audit           what was done and refused; the database refuses to change or delete an entry
audit_search    the audit, searched by administrators of the whole company
deeds           what the audit says by and about a user
retention       what is forgotten, and when

Knows organisation and kit (and, as the one exception below the faces, Flask-Security's UserMixin). Known by callbacks
and above.
"""
