"""What the portal's books say of sites and System Controllers when a campaign asks: rows into operations/campaigns."""
