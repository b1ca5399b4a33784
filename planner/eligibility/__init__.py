"""What a place can apply for, on which day, under which paragraph, by what margin."""
