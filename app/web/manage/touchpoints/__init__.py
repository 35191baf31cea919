"""Codes that customers scan.

pages    /manage/touchpoints: the codes, and each of them
changes  made, re-pointed, withdrawn
posters  /manage/posters: the posters of many codes as one file; /touchpoints/<code>/poster.pdf: of one
images   /touchpoints/<code>/qr.svg, qr.png
words    what is wrong with a form, what the history says
"""
