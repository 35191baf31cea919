"""What staff keep of the figures: views by a name, alone or shared, and reports that come by the clock.

models    views, plans of reports, and what became of each report that was due
views     save, rename, share and remove a view; list those that somebody may open
plans     plan a report for oneself or, as an administrator, for others; list the plans
schedule  when a report is due and which days it is about, by the clock on the wall; pure
sendings  queue what is due, once a slot, and write down what became of it

A view is an address and nothing more: whoever opens it sees what they may see. A report is drawn with its reader's
rights at the moment of sending. Known by the web pages and the worker.
"""
