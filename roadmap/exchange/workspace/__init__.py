"""Workspace files: one JSON document that describes an organisation.

``schema`` is the format, ``reading`` turns bytes into checked parts, ``references`` and ``rules``
say what does not fit together, ``load`` stores a document and ``dump`` writes one. A part of the
format names the table it stands for, so that loading and dumping read the same mapping.
"""
