"""The processes that companies are drawn from, one module a field."""

from recovery.processes import customers, deals, leads, messages, orders, stages, voice

PROCESSES = (
    *deals.PROCESSES, *stages.PROCESSES, *leads.PROCESSES, *messages.PROCESSES, *customers.PROCESSES,
    *orders.PROCESSES, *voice.PROCESSES,
)  # fmt: skip
