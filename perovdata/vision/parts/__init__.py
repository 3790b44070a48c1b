"""What tasks are made of: sensor front end, readouts, networks, scores, cost."""
