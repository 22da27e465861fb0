"""What goes on by itself: the programs of the service and their home, the schedules, the sensors that start runs."""
