"""What people type about operations, checked. Secrets are never given back to the page."""
