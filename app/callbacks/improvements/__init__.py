"""What customers asked for: wishes found in comments and complaints, gathered into improvements that somebody owns.

Words: a *wish* is what one person asked for, found by rules or marked by hand; it is *new* until somebody *gathers* it
into an improvement or *dismisses* it. An *improvement* is something to be done at a unit and all below it; once it is
*done* it can be shown to respondents there, and who asked can be told (by `routing`, which knows how to reach people).

models      improvement, wish, how far was looked
rules       `config/wishes.yaml`
recogniser  whether a text holds a wish, pure
finding     look through new comments and complaints; mark a wish by hand
gathering   gather wishes, dismiss them, start an improvement
changing    state, owner and words of an improvement
visible     which improvements somebody may see
listing     the wishes and improvements on their pages
showing     what a respondent is shown as done

Knows callbacks' tables, responses, accounts and below. Known by routing, analytics and above.
"""
