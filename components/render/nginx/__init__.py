"""nginx from the model: its configuration and the service that runs it."""
