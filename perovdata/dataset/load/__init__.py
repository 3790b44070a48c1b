"""From the tables to data frames, designs and populations."""
