"""Posters: what hangs beside a code, as pages of a PDF.

Words: a *sheet* is one size of paper, a *poster* what stands on it for one code, a *look* the company's own name,
colour and logo, a *batch* the posters of a unit and all below it, asked for by a user and drawn by the worker.

sheet      what a poster holds, and where on the sheet each part stands; pure
fitting    text into a box: shrunk, wrapped, cut with an ellipsis; pure
shapes     the code and the five faces as lines of a PDF page; pure
colours    the company's colour and what can be read on it; pure
languages  which languages a poster speaks, and its own few words; pure
logo       the company's logo, checked at the start
letters    the fonts and which letters they have; reports on paper are drawn with them too
drawing    the PDF itself, by fpdf2
press      drawing in a process of its own (`python -m app.touchpoints.posters`): what fpdf2 and the fonts take in
           memory goes with it, and neither pages nor the worker ever carry it
choice     which posters: the live codes of a unit and all below it, in the order of the tree
batches    asking for a batch, its progress, its end
"""
