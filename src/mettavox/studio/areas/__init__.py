"""The areas of the studio: each has its pages, and what their forms do. They parse, call one maker, and show."""
