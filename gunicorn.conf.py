"""Gunicorn's own lines in the form of all others. It reads this file by itself.

Its access log stays off: it would show queries, which hold OAuth codes. Each request has a line of ours. Settings are
not read here: this process only minds the others.
"""

from smoothx.lib.env import env_flag, env_text
from smoothx.lib.log_config import logging_config

logconfig_dict = logging_config(
    env_text("LOG_FORMAT", "line" if env_flag("DEBUG", default=True) else "json"), env_text("LOG_LEVEL", "INFO")
)
# Gunicorn gives this one a handler of its own, which naming it takes away again.
logconfig_dict["loggers"]["gunicorn.error"] = {"level": "INFO", "handlers": ["console"], "propagate": False}
