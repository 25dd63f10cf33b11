"""The blueprint all pages of scoring share."""

from flask import Blueprint

bp = Blueprint("scoring", __name__)
