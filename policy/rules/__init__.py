"""One rule per file: a pure predicate over plain facts, and the policy made of it."""
