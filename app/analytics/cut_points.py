"""Where each scale is cut: which answers count as satisfied, as a promoter, as easy. Pure.

Every figure, and every link from a figure to the answers behind it, takes them from here.
"""

# rating5: the top two boxes and the bottom two (COPC).
RATINGS = range(1, 6)
SATISFIED = (4, 5)
DISSATISFIED = (1, 2)

# 0 to 10 (Reichheld 2003).
NPS_SCALE = range(11)
PROMOTERS = (9, 10)
PASSIVES = (7, 8)
DETRACTORS = tuple(range(7))

# Agreement on seven points that it was easy (CES 2.0).
CES_SCALE = range(1, 8)
EASY = (5, 6, 7)
HARD = (1, 2, 3)

# Effort on five points, of which one is the least (CES 1.0).
LITTLE_EFFORT = (1, 2)
MUCH_EFFORT = (4, 5)

# Product-market fit (Sean Ellis): whoever no longer uses it (4) is out of it altogether.
PMF_QUALIFIED = (1, 2, 3)
VERY_DISAPPOINTED = 1
SOMEWHAT_DISAPPOINTED = 2
NOT_DISAPPOINTED = 3
PMF_LEAST = 40

# The first option of a question for `fcr` is the yes; every other one, "partly" among them, is a no.
SETTLED_AT_ONCE = (1,)
