"""What a rule may know of a resource: plain data, with unknown and missing values kept apart."""
