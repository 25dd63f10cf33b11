"""Regions, markets, languages, surfaces, policy areas and the scope cell."""
