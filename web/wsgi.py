"""The WSGI application that a web server runs; whoever starts it has wired the engines (dossiers.engines.set_up)."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
