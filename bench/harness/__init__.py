"""
The proxy benchmark: HTTP/1.1 on the outbound path, client pod -> REDIRECT -> proxy -> server pod.

Each contender has a client pod (a network namespace) of its own and runs alone on one core; generator and server share
another. The rate is fixed, equal for all and below saturation. CPU is user + system of the whole proxy process
over a window; windows of the contenders alternate; the result is the ratio of the medians. Nothing is measured
before two successive windows of a contender agree within 5 %.
"""
