"""Host leases, pacing and stop signals. Knows no details of the work that it drives.

lifeline   who we are, and that we are alive
turns      the right to send one request to one host now
run        claim → do → settle, until nothing is left or somebody says stop
"""
