"""交换: shared resources, adapters to other systems, twins of cases, inbox and outbox."""
