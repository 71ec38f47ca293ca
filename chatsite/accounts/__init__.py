"""Who is asking: sign-in, access tokens, API keys."""
