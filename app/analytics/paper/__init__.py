"""Reports on paper: pages of A4 made of headings, facts, tables and a line over time.

sheet      what stands on the pages, in the reader's words; pure
drawing    the PDF itself, by fpdf2 and the fonts of the posters; columns: their widths, pure
press      drawing in a process of its own (`python -m app.analytics.paper`), so that neither pages nor the worker carry
           fpdf2 and the fonts

Whoever composes a paper has the words; the same blocks are shown as a page, too. Known by the web pages.
"""
