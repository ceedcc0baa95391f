"""What each command of ``service.py`` does, one module each. Nothing but ``service.py`` imports from here."""
