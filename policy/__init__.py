"""The policy pack: high-availability rules for our components and for app teams' resources."""
