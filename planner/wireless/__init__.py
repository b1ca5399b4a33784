"""Fixed wireless: towers placed by what they see and how loud they are, or by a radius where no terrain is given."""
