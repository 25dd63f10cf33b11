"""The WSGI entry point for production servers: ``gunicorn wsgi:app``."""

from roadmap import create_app

app = create_app()
