"""A stand-in for Procore's REST API, login host and person pages, on one port."""
