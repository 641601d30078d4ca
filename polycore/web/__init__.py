"""A model as a web page of one file, and the JavaScript by which browsers compute what a network answers."""
