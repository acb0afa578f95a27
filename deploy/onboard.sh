#!/usr/bin/env bash
#@RELEASE_KEY@
#@RUNTIMES@
#@VERIFIER@
{ echo 'not built yet' >&2; exit 78; }
