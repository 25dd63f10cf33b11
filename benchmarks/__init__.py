"""How fast the product is on a reference organisation, against floors measured in the same run."""
