"""Every rating is read: who acknowledged a response, thanked for it, took it up in coaching, or found it suspect."""
