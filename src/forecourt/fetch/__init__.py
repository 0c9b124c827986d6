"""The network, outbound: asking a stranger's server for a photo or a page, politely and within limits."""
