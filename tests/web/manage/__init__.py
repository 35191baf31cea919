"""The staff's pages, as app/web/manage divides them."""
