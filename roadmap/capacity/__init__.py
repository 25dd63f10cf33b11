"""What launches do to the queues and classifiers they lean on: queueing, workload, cost."""
