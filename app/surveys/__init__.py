"""Surveys as data: what is asked, in which languages, and the version that each answer keeps.

Words: a *definition* is one survey of one version, read from `surveys/*.yaml`; its *first question* is the one that a
tap answers and that routing looks at; a *band* is happy, neutral or unhappy.

definition  the model of a definition and its rules, pure
loader      YAML files to definitions, every mistake with its line
models      survey_version
service     store versions, find the one in force

Knows kit. Known by touchpoints, responses, routing and above.
"""
