"""
The proxy benchmark: HTTP/1.1, HTTP/2, gRPC and TCP on the outbound path, client pod -> REDIRECT -> proxy -> server pod,
and with mTLS client pod -> proxy -> mTLS -> proxy -> server pod.

Each contender has pods (network namespaces) of its own and runs alone on one core; generator and servers share
another. The rate is fixed, equal for all and below saturation. CPU is user + system of the whole proxy processes
over a window, of both sides together where there are two; windows of the contenders alternate; the result is the
ratio of the medians. Nothing is measured before two successive windows of a contender agree within 5 %.
"""
