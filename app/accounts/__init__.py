"""Staff: who may sign in, what they may see, and what they did.

Words: a *user* is staff; a *grant* is a role (admin, manager, analyst) at a unit and all below it; a *sign-in* is one
device's session as a row that can be ended; a *scope* is the set of units a user may see, handed to every find and
list; a *one-time* password was made for somebody and stops working unless they choose their own.

scope      which units, as a WHERE
models     staff_user, staff_grant, sign_in, audit_entry
passwords  made, hashed, compared and judged; pure
service    add and find users, grant roles, change passwords, disable
sign_ins   check a password, begin, check and end sign-ins
audit      what was done and refused

Knows organisation and kit (and, as the one exception below the faces, Flask-Security's UserMixin). Known by callbacks
and above.
"""
