"""Surveys as data: what is asked, in which languages, and the version that each answer keeps.

Words: a *definition* is one survey of one version, read from `surveys/*.yaml`; its *first question* is the one that a
tap answers and that routing looks at; a *band* is happy, neutral or unhappy; a *value* is a point of a scale or the
position of an option, from 1.

question    the model of a question and its rules, pure
wording     the usual words for points of scales and fixed options
definition  the model of a whole survey and its rules, pure; what other packages import
votes       which questions figures count, one for each figure, pure
answers     a form's fields to answers, pure
succession  what a later version may not change, pure
loader      YAML files to definitions, every mistake with its line
models      survey_version
service     store versions, read back what was asked

Knows kit. Known by touchpoints, responses, routing and above.
"""
