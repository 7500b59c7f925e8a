"""
The differential harness: generated configuration and requests, this agent and a real Envoy, and what differs.

session       one run: batches of configurations, what differed, its smallest form
generate      what is asked: objects and requests from a seed; pure
world         namespaces, pilot-lite, ca, the agent, the Envoy, the echo servers; applies objects and waits for both
client, echo  the two ends of every request; http1 is what they speak
observe       what came back and what arrived, in a form that can be compared
differences   where we differ on purpose (docs/differences.md has the reasons)
shrink        a failing case's smaller variants; pure
mutations     fields that are taken from the Envoy, each of which must be noticed
"""
