"""The customer's own copy of all runbook data, with its history. The one rule: the log is only ever added to.

Cutover calls it a "secondary repository": lists are read, compared with what is known, and each difference becomes
one row of the log, the resource in it byte for byte as sent. Tables, views and targets follow from the log.
"""
