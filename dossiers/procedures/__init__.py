"""Which procedures exist, from when to when: their papers, deadlines, forms and results, as dated data."""
