"""Measures what a client sees: new connections at a fixed rate, and long-lived ones.

`run.Prober` opens new connections and gives a `recording.Recording`; `run.EstablishedProber` keeps
connections open and gives an `established.EstablishedRecording`; `watch.LongWatch` keeps an HTTP
watch open. All run inside a network namespace and reach only lab addresses.
"""
