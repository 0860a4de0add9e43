"""MiniStack as it is, but for one thing: its Lambda runtime API sends headers and event in two
packets, and TCP holds the second back until the function has acknowledged the first, which takes 40 ms."""

import socketserver

from ministack.app import main

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
main()
