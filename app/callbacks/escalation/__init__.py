"""When a clock runs out, somebody further up hears of it: by a duty roster, else up the tree, at last its owner."""
