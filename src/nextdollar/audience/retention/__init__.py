"""How many customers stay: tables in, curves with ranges out."""
