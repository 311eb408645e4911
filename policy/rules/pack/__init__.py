"""From a rule to a policy that the engine runs."""
