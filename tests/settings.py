"""The portal's own settings, with what is off until it is proven."""

from dcportal.settings import *  # noqa: F403  a settings module is all names of another, and a few more

CAMPAIGNS = True
