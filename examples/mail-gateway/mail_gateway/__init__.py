"""A mail gateway that puts Footlight's banner into outgoing mails, and lets every mail pass whatever happens."""
