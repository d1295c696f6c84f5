"""What customers are worth: tables of segments or of survival in, values with ranges out."""
