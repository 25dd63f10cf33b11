"""The web ground: sessions, guards, forms, headers, assets, paging, panels."""
