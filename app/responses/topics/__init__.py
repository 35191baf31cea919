"""What comments are about: each said response is sorted into topics, by the reasons ticked and by phrases.

Words: a *topic* is what somebody speaks of, in praise or in blame; a *chip* is a reason that was ticked; a response has
*said something* when it has a comment or a chip. A response that said something and is about no topic we know has a row
all the same, with the topic `""`: so that all who said something are counted by the same rows, and what the rules miss
is found by an index.

rules       `config/topics.yaml`
classifier  what a comment and its chips are about, pure; the place for another classifier
labelled    `config/labelled_comments.yaml`, comments sorted by hand
measuring   precision and recall on them, pure
desk        all of these put together
models      response_topic, how far was sorted
sorting     sort what was said since the last time; all of it anew when the rules have changed
catches     the latest comments that a rule catches, and those that none does

Knows responses, surveys and below. Known by analytics and above. Answers of employees are not sorted: see `reading`.
"""
