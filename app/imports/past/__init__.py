"""Files of answers of the past: read and checked whole, made ready, and written at one moment.

Words: a *past answer* is a row with a rating; a row with anything about the call or visit behind it also becomes an
*interaction*, and one that nobody rated becomes an interaction alone. They are history: nobody is asked, nothing is
sent, no case is opened, and they count in figures.

known_scales  scales of words that files of answers are written in, in four languages, pure
points    how many points a rating gives that has more beside it than its number, pure
scales    what a cell of ratings means on the survey's own scale, pure
options   what whoever brings a file says of it, and which column is which field, pure
rows      one row of a file to what it says, pure
places    the units that rows name, by code or by name, or made for them
reading   the rows of a file, one after the other
understood  what the rows say, in short, as it was understood, pure
sources   the source that is proposed for a file, and another one under which its ids are known
planning  what a file would add, found while only reading
models    the files that were taken in
writing   make the rows of what was planned ready, and write them

Knows the rest of imports and everything below. Known by the command line, the staff's pages.
"""
